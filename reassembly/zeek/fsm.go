package zeek

import "finwait/reassembly/segment"

// step moves the states of both ends (TCPSessionAdapter.cc:
// UpdateStateMachine).
func (c *Conn) step(seg *segment.Segment, side uint8) {
	e, peer := &c.ends[side], &c.ends[side^1]
	f := seg.Flags
	switch e.state() {
	case inactive:
		c.stepInactive(seg, side)
	case synSent, synAckSent: // UpdateSYN_SentState
		if f.Has(segment.FIN) {
			e.enter(closed)
		}
		if f.Has(segment.RST) {
			e.enter(reset)
		}
	case established, halfSeen: // UpdateEstablishedState
		if f&(segment.SYN|segment.ACK) == segment.SYN && e.state() == halfSeen && peer.state() == inactive {
			e.enter(synSent)
		}
		if f&(segment.FIN|segment.RST) == segment.FIN {
			e.enter(closed)
			if peer.state() == reset && peer.previous() == closed {
				peer.enter(closed) // its RST after its FIN was a normal end
			}
		}
		if f.Has(segment.RST) {
			e.enter(reset)
		}
	case closed: // UpdateClosedState
		if f.Has(segment.RST) && peer.state() != closed {
			e.enter(reset)
		}
	}
}

// stepInactive moves the state of an end that sends its first segment
// (TCPSessionAdapter.cc: UpdateInactiveState).
func (c *Conn) stepInactive(seg *segment.Segment, side uint8) {
	e, peer := &c.ends[side], &c.ends[side^1]
	f := seg.Flags
	role := c.role(side) // a flip below does not change it for this segment
	if f.Has(segment.SYN) {
		c.stepSYN(f, side)
	}
	if f.Has(segment.FIN) {
		e.enter(closed)
	}
	if f.Has(segment.RST) {
		e.enter(reset)
	}
	if e.state() != inactive {
		return
	}
	switch {
	case role == responder && seg.PayloadLen == 0 && peer.state() == synSent:
		// Some hosts acknowledge a SYN before they answer it.
	case f.Has(segment.ACK) && peer.state() == established:
		// The SYN of this end was missed, the SYN,ACK to it was not.
		e.enter(established)
		c.status &^= partial
		c.sawFirst(role)
	default:
		e.enter(halfSeen)
	}
}

// stepSYN moves the states at the first segment of an end when it is a SYN.
func (c *Conn) stepSYN(f segment.Flags, side uint8) {
	e, peer := &c.ends[side], &c.ends[side^1]
	ack := f.Has(segment.ACK)
	if c.role(side) == originator {
		if ack {
			e.enter(synAckSent)
		} else {
			e.enter(synSent)
		}
		return
	}
	if !ack && peer.state() == synAckSent {
		// The SYN,ACK was captured before its SYN: Zeek had the roles wrong.
		c.flip()
		peer.enter(established)
		c.sawFirst(originator)
	}
	if peer.state() == synSent {
		peer.enter(established)
	}
	e.enter(established)
}
