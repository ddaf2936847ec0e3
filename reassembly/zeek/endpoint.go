package zeek

import (
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// endpoint is what Zeek knows of one end. Positions that are called relative
// count from start, modulo 2^32: the SYN is at 0, the first octet at 1.
type endpoint struct {
	start seqnum.Value // of the SYN, or as though there had been one
	last  seqnum.Value // one past the highest sent
	ack   seqnum.Value // highest of it acknowledged by the other end

	syn, rst uint32 // relative: of the last SYN and RST, for the history
	fin      uint32 // relative: of the last FIN, iff sawFIN

	// covered is how many octets of payload were seen without a hole, or were
	// given up: TCP_Reassembler's last_reassem_seq less 1.
	covered uint32

	gaps, retransmits, zeroWindows uint16

	states uint8 // state in the low half, the state before it in the high half
	bits   uint8
}

// The bits of an endpoint. Zeek counts how often a sequence number wrapped;
// what matters of the count is whether it is 0, 1 or more.
const (
	sawFIN uint8 = 1 << iota
	skipping
	seqWrap0
	seqWrap1
	ackWrap0
	ackWrap1

	seqWrapShift = 2
	ackWrapShift = 4
)

func (e *endpoint) seqWraps() uint8 { return e.bits >> seqWrapShift & 3 }
func (e *endpoint) ackWraps() uint8 { return e.bits >> ackWrapShift & 3 }

func (e *endpoint) wrapped(shift uint) {
	if e.bits>>shift&3 < 3 {
		e.bits += 1 << shift
	}
}

// state is an EndpointState of TCP_Endpoint.h.
type state uint8

const (
	inactive    state = iota // nothing seen
	synSent                  // SYN seen
	synAckSent               // SYN,ACK seen and no SYN before it
	halfSeen                 // TCP_ENDPOINT_PARTIAL: data seen, no SYN
	established              // handshake seen, as far as this end goes
	closed                   // FIN seen
	reset                    // RST seen
)

func (e *endpoint) state() state    { return state(e.states & 15) }
func (e *endpoint) previous() state { return state(e.states >> 4) }

func (e *endpoint) enter(s state) {
	if s != e.state() {
		e.states = e.states<<4 | uint8(s)
	}
}

// initialize fixes the origin of e's sequence space where seg is its first, or
// a SYN that overrules what was known (TCPSessionAdapter.cc: init_endpoint).
func (e *endpoint) initialize(seg *segment.Segment, last seqnum.Value) {
	syn := seg.Flags.Has(segment.SYN)
	switch e.state() {
	case inactive:
		if !syn {
			e.start, e.ack, e.last = seg.Seq-1, seg.Seq-1, seg.Seq
			return
		}
	case closed:
		return
	case reset:
		if e.previous() != inactive {
			return
		}
	}
	if syn && !(seg.Seq == e.start && (e.state() == synSent || e.state() == synAckSent)) {
		e.start, e.ack, e.last = seg.Seq, seg.Seq, last
	}
}

// relative returns v relative to e's start, and whether it lies before it.
// near is the last number of its kind, which wrapped wraps times
// (TCPSessionAdapter.cc: get_relative_seq).
func (e *endpoint) relative(v, near seqnum.Value, wraps uint8) (rel uint32, underflow bool) {
	switch d := delta(v, near); {
	case d < 0 && wraps > 0 && v > near:
		wraps--
	case d > 0 && v < near:
		wraps++
	}
	return uint32(v - e.start), wraps == 0 && delta(v, e.start) < 0
}

// acknowledge takes in an acknowledgment by the other end
// (TCPSessionAdapter.cc: update_ack_seq).
func (e *endpoint) acknowledge(ack seqnum.Value) {
	d := delta(ack, e.ack)
	if d <= 0 || ack == 0 && d > far {
		return // old, or more likely broken than a connection that reached 0
	}
	if ack < e.ack {
		e.wrapped(ackWrapShift)
	}
	e.ack = ack
}

// advance moves e.last, and reports whether seg sent payload again
// (TCPSessionAdapter.cc: update_last_seq).
func (e *endpoint) advance(seg *segment.Segment, last seqnum.Value) (again bool) {
	d := delta(last, e.last)
	switch {
	case seg.Flags.Any(segment.SYN|segment.RST) && (d > far || d < -far):
		return false
	case seg.Flags.Has(segment.FIN) && e.last == e.start+1:
		// Between a SYN and a FIN there can be more than 2 GB.
	case e.state() == reset:
		return false
	case d <= 0:
		return seg.PayloadLen > 0
	}
	if last < e.last {
		e.wrapped(seqWrapShift)
	}
	e.last = last
	return false
}

// noDataAcked says that at most the SYN was acknowledged (TCP_Endpoint.h:
// NoDataAcked).
func (e *endpoint) noDataAcked() bool {
	return e.ackWraps() == 0 && e.ack-e.start <= 1
}

// size is the number of payload octets by Zeek's reckoning (TCP_Endpoint.cc:
// Size). Only whether it is 0 matters here.
func (e *endpoint) size() int64 {
	last := int64(e.seqWraps())<<32 + int64(e.last)
	ack := int64(e.ackWraps())<<32 + int64(e.ack)
	n := max(last, ack) - int64(e.start)
	if n != 0 {
		n-- // the SYN
	}
	if n != 0 && e.bits&sawFIN != 0 {
		n--
	}
	return n
}
