package reassembly

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// Sight is one segment as the Tracker took it in, for whoever wants to see every
// one and not only those that are remembered as evidence. An ICMP error about a
// segment is a Sight too. It is valid until Watch returns.
type Sight struct {
	Mark
	Stream  uint32
	From    segment.Endpoint // who sent the segment, or the one that the ICMP error quotes
	Options *segment.Options // nil of an ICMP error
	ICMP    *ICMP            // nil of a segment

	OutOfOrder bool // it filled a hole that had just been left
	DupACK     bool // a duplicate acknowledgment (RFC 5681 §2)
	ZeroProbe  bool // a Probe of a window of 0; else it is a keep-alive
	ProbeReply bool // what the peer sent last was a Probe
}

// watched takes a segment in as take does, and shows it.
func (t *Tracker) watched(c *tcb, p frame.Frame, s *segment.Segment, side uint8) {
	e, peer := &c.ends[side], &c.ends[1-side]
	before, shut, probed := *e, peer.zeroWindow, peer.probed
	t.take(c, p, s, side)
	list := t.marks.of(&c.marks)
	t.cfg.Watch(&Sight{
		Mark: list[len(list)-1], Stream: c.stream, From: s.Src, Options: &s.Options,
		OutOfOrder: e.outOfOrder > before.outOfOrder,
		DupACK:     e.dupACKs > before.dupACKs,
		ZeroProbe:  shut,
		ProbeReply: probed && s.PayloadLen == 0 && s.Flags&^segment.PSH == segment.ACK,
	})
}

// watchedICMP shows an ICMP error about a connection.
func (t *Tracker) watchedICMP(stream uint32, p frame.Frame, s *segment.Segment, e *ICMP) {
	if t.cfg.Watch != nil {
		t.cfg.Watch(&Sight{
			Mark:   Mark{Time: p.Time, Frame: uint32(p.Number), Flags: s.Flags, Side: uint8(e.About)},
			Stream: stream, From: s.Src, ICMP: e,
		})
	}
}
