package reassembly

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
)

// hearsay answers at random, and the same whenever it is asked the same.
type hearsay struct {
	seed  uint64
	since frame.Time
	share int // of a hundred answers, those that say something
}

func (h hearsay) Receipt(r conn.Role, number int64) conn.Receipt {
	x := rand.New(rand.NewPCG(h.seed, uint64(number)<<1|uint64(r)))
	if x.IntN(100) >= h.share {
		return conn.Receipt{}
	}
	return conn.Receipt{Fate: conn.Fate(x.IntN(3)), At: h.since + frame.Time(x.Int64N(int64(time.Minute)))}
}

// Whatever is made up of segments, states last no less than 0 and end with the observation; and
// as soon as nothing more is made up a connection says what it said before.
func TestWeighing(t *testing.T) {
	weighed, other := 0, 0
	for seed := range uint64(60) {
		r := &chance{Rand: rand.New(rand.NewPCG(seed, 11)), now: 1e18, tuples: 1 + int(seed%8), steady: 12 << (seed / 8 % 5)}
		tracker := NewTracker(Config{}, func(c *conn.Conn) {
			before := shown(c.Clone())
			c.Weigh(hearsay{})
			if got := shown(c.Clone()); !reflect.DeepEqual(got, before) {
				t.Fatalf("seed %d, stream %d: nothing is known, and it says\n%+v\nnot\n%+v", seed, c.Stream, got, before)
			}
			c.Weigh(hearsay{seed, c.First.Time, 70})
			if weighed++; !reflect.DeepEqual(shown(c.Clone()), before) {
				other++
			}
			for r := range conn.Role(2) {
				stays := c.States(r)
				for i, s := range stays {
					if s.For < 0 || s.Open != (i == len(stays)-1) {
						t.Fatalf("seed %d, stream %d: %+v", seed, c.Stream, stays)
					}
				}
			}
			c.Weigh(hearsay{})
			if got := shown(c.Clone()); !reflect.DeepEqual(got, before) {
				t.Fatalf("seed %d, stream %d: what was made up stays in\n%+v", seed, c.Stream, got)
			}
		})
		for n := 1; n <= 300; n++ {
			e := r.event(n)
			e.to(tracker)
		}
		tracker.Flush()
	}
	if t.Logf("%d of %d connections say something else", other, weighed); weighed < 1000 || other*5 < weighed {
		t.Errorf("%d of %d connections say something else: not much of a test", other, weighed)
	}
}
