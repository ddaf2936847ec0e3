package reassembly

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
)

// told is what a test of finality looks at.
func told(c *conn.Conn) string {
	return fmt.Sprintf("%d %v until %v", c.Stream, c.Ended, c.Until.Sub(1e18).Round(time.Second))
}

// closeAt has the nth connection open and close at a second of the test.
func (k *crowd) closeAt(n int, second float64) {
	k.at(second)
	k.open(n)
	k.say(n, 0, finACK, 1, 1, "")
	k.say(n, 1, finACK, 1, 2, "")
	k.say(n, 0, ack, 2, 2, "")
}

func (k *crowd) at(second float64) {
	k.p.Time = 1e18 + frame.Time(second*float64(time.Second))
}

// Records come in the order in which they become final, and say how far each
// connection was observed.
func TestFinality(t *testing.T) {
	var got []string
	k := newCrowd(Config{Idle: 300 * time.Second}, func(c *conn.Conn) { got = append(got, told(c)) })
	k.at(0)
	k.open(1) // never closes: idle
	k.closeAt(2, 10)
	k.closeAt(3, 20)
	k.closeAt(4, 30)
	k.at(40)
	k.say(4, 0, syn, 1<<20, 0, "") // reused: final at once
	k.at(60)
	k.say(2, 1, finACK, 1, 2, "") // a stray: a minute from here
	k.closeAt(5, 390)
	k.closeAt(6, 391)
	k.at(392)
	k.say(5, 1, finACK, 1, 2, "") // a stray does not change when it ended
	k.at(393)
	k.say(7, 0, syn, 0, 0, "")
	k.Flush()
	want := []string{
		"3 closed until 40s", "2 closed until 1m20s", "1 closed until 2m0s", "0 idle until 5m0s", "4 idle until 5m40s",
		"5 closed until 6m33s", "6 closed until 6m33s", "7 capture-end until 6m33s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// What the next incarnation is to know of one in TIME-WAIT outlives its record, other
// connections and strays, for four minutes.
func TestPredecessors(t *testing.T) {
	for _, test := range []struct {
		name   string
		after  float64
		stray  bool
		reset  bool
		others int
		want   bool
	}{
		{"at once", 1, false, false, 0, true},
		{"when its record was handed out", 100, false, false, 0, true},
		{"among many that ended meanwhile", 100, false, false, 100_000, true},
		{"after a stray that came too late for it", 200, true, false, 0, true},
		{"after a reset that came too late for it", 200, true, true, 0, false},
		{"too late", 250, false, false, 0, false},
		{"too late, after a stray", 250, true, false, 0, false},
	} {
		var prior *conn.Prior
		reopened := 0
		k := newCrowd(Config{}, func(c *conn.Conn) {
			if p, ok := c.Prior(); ok && c.Addr[conn.Client].Port == 1 {
				prior = &p
			}
			if c.Caveats.Has(conn.Reopened) {
				reopened++
			}
		})
		k.closeAt(1, 0)
		k.at(0.5)
		for n := range test.others {
			k.closeAt(2+n, 0.5)
		}
		if test.stray {
			k.at(120)
			k.say(1, 1, finACK, 1, 2, "")
		}
		if test.reset {
			k.say(1, 0, rst, 2, 0, "")
		}
		k.at(test.after)
		k.say(1, 0, syn, 1<<20, 0, "")
		k.Flush()
		if (prior != nil) != test.want || prior != nil && (prior.Stream != 0 || !prior.Waiting[conn.Client]) {
			t.Errorf("%s: prior %+v", test.name, prior)
		}
		if stray := reopened == 1; stray != test.stray {
			t.Errorf("%s: %d records reopened", test.name, reopened)
		}
		if k.past.n != 0 && test.others == 0 || len(k.past.stray) > 0 {
			t.Errorf("%s: %d predecessors and %d strays are left", test.name, k.past.n, len(k.past.stray))
		}
	}
}

// Ended connections have room of their own. Beyond it the stalest is handed out early
// and says so, and so does what a later segment of it begins.
func TestEndedHaveRoomOfTheirOwn(t *testing.T) {
	var got []string
	k := newCrowd(Config{MaxConnections: 2}, func(c *conn.Conn) {
		got = append(got, fmt.Sprintf("%s, evicted %v, reopened %v", told(c), c.Caveats.Has(conn.Evicted), c.Caveats.Has(conn.Reopened)))
	})
	for n := range 3 {
		k.closeAt(n, float64(10*n))
	}
	k.at(30)
	k.say(0, 1, finACK, 1, 2, "")
	k.Flush()
	want := []string{
		"0 closed until 20s, evicted true, reopened false",
		"1 closed until 30s, evicted false, reopened false",
		"2 closed until 30s, evicted false, reopened false",
		"0 capture-end until 30s, evicted true, reopened true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}
