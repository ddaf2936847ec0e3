package driver

import (
	"testing"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// A gap takes many connections that were busy before it and go on after it.
func TestGaps(t *testing.T) {
	for _, c := range []struct {
		name         string
		connections  int
		pause        time.Duration
		goOn         int // connections that are seen again
		other, found bool
	}{
		{name: "paused", connections: 12, pause: 40 * time.Second, goOn: 12, found: true},
		{name: "some ended meanwhile", connections: 12, pause: 40 * time.Second, goOn: 7, found: true},
		{name: "few connections", connections: 3, pause: 900 * time.Second, goOn: 3},
		{name: "short", connections: 12, pause: 5 * time.Second, goOn: 12},
		{name: "nobody goes on", connections: 12, pause: 40 * time.Second, goOn: 2},
		{name: "other packets meanwhile", connections: 12, pause: 40 * time.Second, goOn: 12, other: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g gaps
			in, packets := &input{}, 0
			pass := func(at capture.Time) {
				packets++
				g.pass(in, packets, at)
			}
			now := capture.Time(0)
			send := func(i int) {
				s := segment.Segment{Flags: segment.ACK}
				s.Src.Port, s.Dst.Port = uint16(40000+i), 443
				now += capture.Time(10 * time.Millisecond)
				pass(now)
				g.add(&s, now)
			}
			for range 5 {
				for i := range c.connections {
					send(i)
				}
			}
			before := now
			for c.other && now < before+capture.Time(c.pause) {
				now += capture.Time(time.Second)
				pass(now)
			}
			now = before + capture.Time(c.pause)
			for i := range c.goOn {
				send(i)
			}
			if found := len(in.gaps) == 1; found != c.found {
				t.Fatalf("found %v", in.gaps)
			}
			if c.found && in.gaps[0].at != 5*c.connections+1 {
				t.Errorf("the gap ends at packet %d", in.gaps[0].at)
			}
		})
	}
}
