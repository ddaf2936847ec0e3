package conn

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// SegmentEvent is one segment as it was taken in, for whoever wants to see every
// one and not only those that are remembered as evidence. An ICMP error about a
// segment is a SegmentEvent too. Of a Tracker's it is valid
// until Config.OnSegment returns.
type SegmentEvent struct {
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

// AddObserved takes in a segment as Add does, and says what it was.
func (x *Store) AddObserved(h *Head, f frame.Frame, s *segment.Segment, side uint8) SegmentEvent {
	x.Count(h)
	c := x.counters.At(h.counters)
	e, peer := &c.ends[side], &c.ends[1-side]
	before, shut, probed := *e, peer.zeroWindow, peer.probed
	x.Add(h, f, s, side)
	log := x.logs.Of(&h.log)
	event := SegmentEvent{
		From: s.Src, Options: &s.Options,
		OutOfOrder: e.outOfOrder > before.outOfOrder,
		DupACK:     e.dupACKs > before.dupACKs,
		ZeroProbe:  shut,
		ProbeReply: probed && s.PayloadLen == 0 && s.Flags&^segment.PSH == segment.ACK,
	}
	log[len(log)-1].mark(&event.Mark)
	return event
}
