package reassembly

import (
	"math"
	"slices"
	"testing"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// talker feeds segments of one connection to a tracker.
type talker struct {
	*Tracker
	frame int
}

func (k *talker) say(at frame.Time, side int, flags segment.Flags, seq, ack uint32, length uint32, window uint16) {
	k.frame++
	s := segment.Segment{Flags: flags, Window: window, PayloadLen: length, Is4: true}
	s.Seq, s.Ack = seqnum.Value(seq), seqnum.Value(ack)
	ends := [2]segment.Endpoint{{Port: 1}, {Port: 2}}
	s.Src, s.Dst = ends[side], ends[1-side]
	k.Add(frame.Frame{Number: k.frame, Time: at}, &s)
}

// A clock that jumps by centuries makes no duration negative.
func TestClockJumps(t *testing.T) {
	for _, far := range []frame.Time{math.MinInt64, -1e18, 0, 1e18, math.MaxInt64} {
		var got conn.Conn
		k := &talker{Tracker: NewTracker(Config{Idle: math.MaxInt64}, func(c *conn.Conn) { got = *c })}
		for range 3 {
			k.say(7, 0, segment.SYN, 9, 0, 0, 9)
			k.say(far, 1, segment.SYN|segment.ACK, 9, 10, 0, 9)
			k.say(-far, 0, segment.ACK, 10, 10, 0, 0)
			k.say(far, 0, segment.ACK, 10, 10, 0, 9)
			k.say(7, 0, segment.ACK, 10, 10, 0, 0)
		}
		k.say(5, 0, segment.ACK|segment.FIN, 10, 10, 0, 0)
		k.say(-far, 1, segment.ACK, 10, 11, 7, 0)
		k.Flush()
		if got.RTT < 0 && got.HasRTT || got.Quality[conn.Client].ZeroWindow < 0 || got.HalfClosed.For < 0 || got.Teardown < 0 {
			t.Errorf("%d: RTT %v, window 0 for %v, half-closed for %v, teardown %v",
				far, got.RTT, got.Quality[conn.Client].ZeroWindow, got.HalfClosed.For, got.Teardown)
		}
		for r := range conn.Role(2) {
			for _, s := range got.States(r) {
				if s.For < 0 {
					t.Errorf("%d: %v in %v for %v", far, r, s.State, s.For)
				}
			}
		}
	}
}

// What a connection held is given back when it ends, whatever became of it.
func TestSlabsGiveBack(t *testing.T) {
	k := &talker{Tracker: NewTracker(Config{}, func(*conn.Conn) {})}
	for i := range frame.Time(1000) {
		at := i * 86400e9
		k.say(at, 0, segment.ACK, 1000, 1, 10, 9)
		k.say(at, 0, segment.ACK, 5000, 1, 10, 9) // opens a hole
		k.say(at, 0, segment.SYN|segment.ACK, 77_000, 1, 0, 9)
		k.say(at, 0, segment.ACK, 99_000, 1, 10, 9)
	}
	k.Flush()
	use := k.store.Usage()
	for name, n := range map[string]int{
		"counters": use.Counters, "holes": use.Holes, "turns": use.Turns, "tokens": use.Tokens,
	} {
		if n > 3 {
			t.Errorf("%d %s for one connection at a time", n, name)
		}
	}
}

// A FIN that is repeated more often than segments are remembered keeps its first
// frame, and so do the states that begin with it.
func TestManyFINs(t *testing.T) {
	var got conn.Conn
	k := &talker{Tracker: NewTracker(Config{}, func(c *conn.Conn) { got = *c })}
	for range 1000 {
		k.say(1, 0, segment.SYN, 9, 0, 0, 9)
	}
	k.say(2, 1, segment.SYN|segment.ACK, 9, 10, 0, 9)
	for range 1000 {
		k.say(3, 0, segment.ACK|segment.FIN, 10, 10, 0, 9)
		k.say(4, 1, segment.ACK, 10, 10, 0, 9)
	}
	k.Flush()
	if f := got.FIN[conn.Client]; !f.Known || f.Frame != 1002 || f.Time != 3 {
		t.Errorf("the client's FIN is %+v", f)
	}
}

// Evidence is thinned out, but nothing of it is there twice or out of its order.
func TestMarksInOrder(t *testing.T) {
	for length := 10; length < 400; length++ {
		var got []conn.Mark
		k := &talker{Tracker: NewTracker(Config{}, func(c *conn.Conn) { got = slices.Clone(c.Marks) })}
		k.say(1, 0, segment.SYN, 9, 0, 0, 9)
		k.say(2, 1, segment.SYN|segment.ACK, 9, 10, 0, 9)
		for i := range length {
			flags := segment.ACK
			if i%7 != 3 { // most are essential
				flags |= segment.SYN
			}
			k.say(frame.Time(3+i), i%2, flags, 9, 10, 0, 9)
		}
		k.Flush()
		for i := 1; i < len(got); i++ {
			if got[i].Frame <= got[i-1].Frame {
				t.Fatalf("%d segments: frame %d after %d, of %d marks", length, got[i].Frame, got[i-1].Frame, len(got))
			}
		}
	}
}
