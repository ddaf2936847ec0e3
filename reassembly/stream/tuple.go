package stream

import (
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Tuple is what outlives a connection: the number of the latest stream on a
// 4-tuple, and what is needed to tell whether a SYN opens the next one. There
// is one for every 4-tuple of the capture, so it is 28 octets and holds no
// pointer.
type Tuple struct {
	print fingerprint

	// base is the initial sequence number of each side as Wireshark has it
	// (base_seq), valid iff that side's bit in based is set.
	base [2]seqnum.Value

	Stream uint32 // tcp.stream
	Conn   uint32 // the tracker's own: 0 when the connection is not live

	// Completeness is tcp.completeness as "tshark -2" shows it at the latest
	// segment of the stream.
	Completeness uint8

	// late holds the bits that the stream's first segment adds to
	// Completeness as soon as there is a second one.
	late  uint8
	based uint8
}

// The bits of tcp.completeness: the segments that a whole conversation has.
const (
	SYN uint8 = 1 << iota
	SYNACK
	ACK
	Data
	FIN
	RST
)

// opensNext says whether seg opens the next stream on a 4-tuple that has one.
func (t *Tuple) opensNext(seg *segment.Segment, side uint8) bool {
	return seg.Flags&(segment.SYN|segment.ACK) == segment.SYN &&
		t.based>>side&1 != 0 && seg.Seq != t.base[side]
}

// first takes in the segment that opened t, the first on its 4-tuple. expected
// says that Wireshark had a conversation for it before.
func (t *Tuple) first(seg *segment.Segment, side uint8, expected bool) {
	t.setBase(seg, side)
	if expected {
		t.Completeness = completes(seg)
		return
	}
	if seg.Flags&(segment.SYN|segment.ACK) == segment.SYN {
		t.Completeness = SYN
		if seg.PayloadLen > 0 { // TCP Fast Open (RFC 7413)
			t.Completeness |= Data
		}
	}
	t.late = completes(seg)
}

// reopen takes in a SYN that opened t on a 4-tuple that had a stream before.
func (t *Tuple) reopen(seg *segment.Segment, side uint8) {
	t.setBase(seg, side)
	t.Completeness = SYN | completes(seg)
}

// next takes in a later segment of the stream.
func (t *Tuple) next(seg *segment.Segment, side uint8) {
	t.setBase(seg, side)
	t.Completeness |= t.late | completes(seg)
}

// completes returns the bits that seg adds to the completeness of a stream
// that it did not open.
func completes(seg *segment.Segment) (bits uint8) {
	f := seg.Flags
	switch f & (segment.SYN | segment.ACK) {
	case segment.SYN | segment.ACK:
		bits = SYNACK
	case segment.ACK:
		bits = ACK
		if seg.PayloadLen > 0 {
			bits = Data
		}
	}
	if f.Has(segment.FIN | segment.ACK) {
		bits |= FIN
	}
	if f.Has(segment.RST) {
		bits |= RST
	}
	return bits
}

// setBase learns the initial sequence numbers that seg tells of.
func (t *Tuple) setBase(seg *segment.Segment, side uint8) {
	mine, its := uint8(1)<<side, uint8(2)>>side
	switch {
	case seg.Flags.Has(segment.SYN | segment.ACK):
		t.base[side] = seg.Seq // even where another number was known
	case t.based&mine != 0:
	case seg.Flags.Has(segment.SYN):
		t.base[side] = seg.Seq
	default:
		t.base[side] = seg.Seq - 1
	}
	if t.based&its == 0 && seg.Flags.Has(segment.ACK) {
		t.base[side^1] = seg.Ack - 1
		t.based |= its
	}
	t.based |= mine
}
