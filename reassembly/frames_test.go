package reassembly

import (
	"testing"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// TestFramesHoldsWhatConnsName asks before each segment what may be named, and
// finds among it every earlier frame that a Conn names in the end.
func TestFramesHoldsWhatConnsName(t *testing.T) {
	var handed map[int64]bool // before the present segment
	conns := 0
	check := func(c *conn.Conn) {
		conns++
		named := []int64{c.First.Frame, c.Last.Frame, c.FIN[conn.Client].Frame, c.FIN[conn.Server].Frame, c.RST.Frame}
		for r := range conn.Role(2) {
			for _, s := range c.States(r) {
				named = append(named, s.Frame)
			}
		}
		for _, frame := range named {
			if frame != 0 && !handed[frame] {
				t.Errorf("stream %d names frame %d, which Frames did not", c.Stream, frame)
			}
		}
	}
	tr := NewTracker(Config{}, check)
	frames := func() {
		handed = map[int64]bool{}
		tr.Frames(func(frame int64) { handed[frame] = true })
	}
	var s segment.Segment
	number := 0
	send := func(port uint16, flags segment.Flags, seq, ack seqnum.Value, back bool) {
		number++
		a := segment.Endpoint{Port: port}
		b := segment.Endpoint{Port: 443}
		a.Addr[15], b.Addr[15] = 1, 2
		s = segment.Segment{Src: a, Dst: b, Flags: flags, Is4: true, Window: 1000}
		if back {
			s.Src, s.Dst = b, a
		}
		s.Seq, s.Ack = seq, ack
		tr.Add(frame.Frame{Number: number, Time: frame.Time(number) * 1e6}, &s)
	}
	for port := uint16(1); port <= 3; port++ {
		send(port, segment.SYN, 0, 0, false)
	}
	for port := uint16(1); port <= 3; port++ {
		send(port, segment.SYN|segment.ACK, 0, 1, true)
		send(port, segment.ACK, 1, 1, false)
	}
	for range 500 { // more than is remembered of a connection
		send(2, segment.ACK, 1, 1, true)
		send(2, segment.ACK, 1, 1, false)
	}
	send(1, segment.FIN|segment.ACK, 1, 1, false)
	send(2, segment.FIN|segment.ACK, 1, 1, true)
	send(3, segment.RST|segment.ACK, 1, 1, true)
	frames()
	if len(handed) > 3*(96+2) {
		t.Errorf("%d frames of %d are held for 3 connections", len(handed), number)
	}
	tr.Flush()
	if conns != 3 {
		t.Errorf("%d connections, want 3", conns)
	}
}
