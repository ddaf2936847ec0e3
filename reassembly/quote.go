package reassembly

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// Quote takes in an ICMP error that quotes a segment (Decode returned
// ICMPError). It opens no connection, but Wireshark numbers what it quotes.
func (t *Tracker) Quote(f frame.Frame, s *segment.Segment) {
	t.Advance(f.Time)
	tuple, side, prev := t.streams.Quote(s)
	if prev != nil && prev.Conn != 0 {
		t.settle()
		t.priors.Release(t.reuse(prev.Conn, prev.Stream, f.Time))
	}
	if tuple == nil {
		return
	}
	c := t.entry(tuple)
	if c == nil {
		return
	}
	t.head(tuple.Conn).Completeness = tuple.Completeness
	e := conn.ICMP{
		Frame: int64(f.Number), Time: f.Time, From: s.ICMP.From, About: conn.Role(side),
		Type: s.ICMP.Type, Code: s.ICMP.Code, V6: !s.Is4,
	}
	if t.cfg.OnSegment != nil {
		t.cfg.OnSegment(&conn.SegmentEvent{
			Mark:   conn.Mark{Time: f.Time, Frame: e.Frame, Flags: s.Flags, Side: side},
			Stream: tuple.Stream, From: s.Src, ICMP: &e,
		})
	}
	if e.Fails() {
		t.icmp.add(tuple.Conn, e)
	}
}

// icmps are the errors about connections that were not handed out yet, by index into
// the table.
type icmps struct {
	of map[uint32]conn.ICMP
}

func (n *icmps) add(i uint32, e conn.ICMP) {
	old := n.of[i]
	if n.of == nil {
		n.of = map[uint32]conn.ICMP{}
	}
	e.Count = old.Count + 1
	n.of[i] = e
}

// remove returns what is known of connection i and forgets it.
func (n *icmps) remove(i uint32) conn.ICMP {
	e, known := n.of[i]
	if known {
		delete(n.of, i)
	}
	return e
}
