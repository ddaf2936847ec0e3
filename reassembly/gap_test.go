package reassembly

import (
	"testing"
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// A gap takes many connections that were busy before it and go on after it, or a clock that
// stood still. What it hides is withheld from records that were final before it was known
// for one.
func TestGaps(t *testing.T) {
	const ticking = 1000 // Hz
	for _, c := range []struct {
		name         string
		connections  int
		pause        time.Duration
		goOn         int // connections that are seen again
		ticks        uint32
		other, found bool
	}{
		{name: "paused", connections: 12, pause: 40 * time.Second, goOn: 12, found: true},
		{name: "some ended meanwhile", connections: 12, pause: 40 * time.Second, goOn: 7, found: true},
		{name: "few connections", connections: 3, pause: 900 * time.Second, goOn: 3},
		{name: "few connections, and their clocks go on", connections: 3, pause: 900 * time.Second, goOn: 3, ticks: 900 * ticking},
		{name: "few connections, and a clock stood still", connections: 3, pause: 900 * time.Second, goOn: 3, ticks: 20, found: true},
		{name: "one connection, and its clock stood still", connections: 1, pause: 20 * time.Second, goOn: 1, ticks: 20, found: true},
		{name: "a clock that stood still for a third of the silence", connections: 1, pause: 30 * time.Second, goOn: 1, ticks: 20 * ticking},
		{name: "short", connections: 12, pause: 5 * time.Second, goOn: 12},
		{name: "nobody goes on", connections: 12, pause: 40 * time.Second, goOn: 2},
		{name: "other packets meanwhile", connections: 12, pause: 40 * time.Second, goOn: 12, other: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var found []Gap
			withGap := 0
			k := NewTracker(Config{OnGap: func(g Gap) { found = append(found, g) }}, func(c *conn.Conn) {
				if c.Caveats.Has(conn.CaptureGap) {
					withGap++
				}
			})
			now, frames := frame.Time(1e18), 0
			began := now
			ticks := func() uint32 { return uint32(now.Sub(began).Milliseconds()) }
			send := func(i int, late uint32) {
				frames++
				now += frame.Time(10 * time.Millisecond)
				s := segment.Segment{Flags: segment.ACK, Is4: true, Window: 100}
				s.Src.Port, s.Dst.Port = uint16(40000+i), 443
				s.Options.HasTimestamps, s.Options.TSVal = c.ticks > 0, ticks()-late
				k.Add(frame.Frame{Number: frames, Time: now}, &s)
			}
			for range 50 {
				for i := range c.connections {
					send(i, 0)
				}
			}
			before := now
			for c.other && now < before+frame.Time(c.pause) {
				now += frame.Time(time.Second)
				k.Advance(now)
			}
			now = before + frame.Time(c.pause)
			for i := range c.goOn {
				send(i, uint32(c.pause.Milliseconds())-c.ticks)
			}
			k.Flush()
			switch {
			case (len(found) == 1) != c.found:
				t.Fatalf("found %v", found)
			case c.found && (found[0].From != before || found[0].To.Sub(before) < c.pause):
				t.Errorf("the gap is %v, want from %v", found[0], before)
			}
			want := 0
			if c.found {
				want = c.connections
			}
			if withGap != want {
				t.Errorf("%d records know of the gap, want %d", withGap, want)
			}
		})
	}
}

// What is final while a silence may be a gap is handed out when that is known, in order.
func TestGapsHoldRecordsBack(t *testing.T) {
	var order []uint32
	var gaps []bool
	k := newCrowd(Config{}, func(c *conn.Conn) {
		order = append(order, c.Stream)
		gaps = append(gaps, c.Caveats.Has(conn.CaptureGap))
	})
	k.open(100)
	k.say(100, 0, finACK, 1, 1, "")
	k.say(100, 1, finACK, 1, 2, "")
	k.say(100, 0, ack, 2, 2, "") // final a minute later
	for n := range 10 {
		k.open(n)
		k.say(n, 0, ack, 1, 1, "x")
	}
	k.p.Time += frame.Time(70 * time.Second)
	k.say(50, 0, syn, 0, 0, "")
	if len(order) != 0 {
		t.Errorf("%v were handed out before it was known", order)
	}
	for n := range 6 {
		k.say(n, 1, ack, 1, 2, "")
	}
	if len(order) != 1 || order[0] != 0 || gaps[0] {
		t.Errorf("streams %v, gaps %v were handed out, want the one that closed before", order, gaps)
	}
	k.Flush()
	for i, stream := range order[1:] {
		if want := stream <= 10; int(stream) != i+1 || gaps[1+i] != want {
			t.Errorf("stream %d is record %d, gap %v", stream, i+1, gaps[1+i])
		}
	}
}
