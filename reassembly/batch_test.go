package reassembly

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"finwait/reassembly/conn"
)

// Connections that come some at a time are those that come one by one, in that order, and
// all frames that they name are known to be asked for until they have come.
func TestBatches(t *testing.T) {
	most := 0
	for seed := range uint64(200) {
		r := &talkers{Rand: rand.New(rand.NewPCG(seed, 17)), now: 1e18}
		events := r.capture(5 << (seed % 6))
		want, _, _ := tell(Config{}, false, events)
		for _, beside := range []bool{false, true} {
			var got []*conn.Conn
			asked := map[uint32]bool{}
			k := NewTracker(Config{Concurrent: beside, OnBatch: func(list []*conn.Conn) {
				most = max(most, len(list))
				for _, c := range list {
					if !beside && !asked[c.First.Frame] {
						t.Fatalf("seed %d, stream %d names frame %d, which Frames did not", seed, c.Stream, c.First.Frame)
					}
					got = append(got, c.Clone())
				}
			}}, nil)
			for i := range events {
				clear(asked)
				if !beside {
					k.Frames(func(frame uint32) { asked[frame] = true })
				}
				events[i].to(k)
			}
			clear(asked)
			k.Frames(func(frame uint32) { asked[frame] = true })
			k.Flush()
			mustBeTheSame(t, got, want, fmt.Sprintf("seed %d, beside: %v", seed, beside))
		}
	}
	if most < derivingBatch {
		t.Errorf("at most %d at a time: not much of a test", most)
	}
}
