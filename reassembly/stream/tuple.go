package stream

import (
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// The numbering, as tshark 4.0.17 was seen to do it on generated captures, each
// of which is a test. The code is in packet-tcp.c: dissect_tcp and
// tcp_analyze_sequence_number.
//
// A 4-tuple's first segment opens a stream, whatever it is. After that only a
// SYN without ACK opens one, and only where a base (initial sequence number) of
// its sender is known and another. Whether the connection was closed or reset
// does not matter: the same ISN goes on with the same stream (later versions
// differ). A base is known
//   - from the sender's own first segment: SEG.SEQ of a SYN, else SEG.SEQ - 1;
//   - or from the peer's first ACK: SEG.ACK - 1;
//   - and a SYN,ACK replaces it, but never opens a stream.
//
// So a SYN opens a stream in an established connection, and a crossing SYN of a
// simultaneous open does not.
//
// A TCP header that an ICMP error quotes counts for both the numbering and the
// completeness, if there are 16 octets of it. So does a header whose data offset
// is impossible. Neither tells a base. Where the offset is less than 5, and not
// beyond the end, it is the other way round: such a header tells a base, and adds
// to completeness only the SYN that reopens a 4-tuple.
//
// Completeness: SYN comes only from the segment that opens the stream, Data also
// from its payload (unless it reopened a 4-tuple). ACK and Data come from a
// segment with ACK and without SYN, without and with payload; FIN needs ACK
// beside it; SYN,ACK and RST count always. The segment that opens a 4-tuple adds
// nothing but SYN and Data in the first pass; the second pass, which is what
// "tshark -2" shows, adds the rest of it after it was displayed, so that a
// lone segment never shows it.
//
// Compared with 1946 streams of 555 public captures, every stream and frame is
// numbered alike and one completeness differs: a packet whose IP length is
// greater than its frame, where Wireshark sees no payload and thus ACK in place
// of Data. Not followed are conversations that dissectors other than FTP's
// prepare, which like FTP's would lack SYN, and FTP on other ports.

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
	Conn   uint32 // the tracker's own: 0 before it has one; where that is gone it is stale

	// Completeness is tcp.completeness as "tshark -2" shows it at the latest
	// segment of the stream.
	Completeness uint8

	// late holds the bits that the stream's first segment adds to
	// Completeness as soon as there is a second one.
	late  uint8
	based uint8 // bit 0 and 1: base is valid; quotedOnly
}

// bothBased says that both bases are valid: only a SYN,ACK changes one then.
const bothBased = 3

// quotedOnly says that the stream was so far only quoted in ICMP errors.
const quotedOnly = 1 << 2

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
	if seg.Flags&(segment.SYN|segment.ACK) == segment.SYN && !seg.ShortOffset {
		t.Completeness = SYN
		if payload(seg) > 0 { // TCP Fast Open (RFC 7413)
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
	if t.based&bothBased != bothBased || seg.Flags.Has(segment.SYN) {
		t.setBase(seg, side)
	}
	t.Completeness |= t.late | completes(seg)
}

// completes returns the bits that seg adds to the completeness of a stream
// that it did not open.
func completes(seg *segment.Segment) (bits uint8) {
	if seg.ShortOffset {
		return 0
	}
	f := seg.Flags
	switch f & (segment.SYN | segment.ACK) {
	case segment.SYN | segment.ACK:
		bits = SYNACK
	case segment.ACK:
		bits = ACK
		if payload(seg) > 0 {
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

// quoted says that seg comes from within an ICMP error.
func quoted(seg *segment.Segment) bool { return seg.ICMP.Header }

// payload is the length that Wireshark gives seg: none where it is quoted.
func payload(seg *segment.Segment) uint32 {
	if quoted(seg) {
		return 0
	}
	return seg.PayloadLen
}

// setBase learns the initial sequence numbers that seg tells of.
func (t *Tuple) setBase(seg *segment.Segment, side uint8) {
	mine, its := uint8(1)<<side, uint8(2)>>side
	if t.based&mine != 0 && seg.Flags.Has(segment.SYN|segment.ACK) {
		t.base[side] = seg.Seq
	}
	if quoted(seg) || seg.BadOffset && !seg.ShortOffset {
		return // Wireshark does not know its length, and leaves it at that
	}
	if t.based&mine == 0 {
		t.base[side] = seg.Seq
		if !seg.Flags.Has(segment.SYN) {
			t.base[side]--
		}
	}
	if t.based&its == 0 && seg.Flags.Has(segment.ACK) {
		t.base[side^1] = seg.Ack - 1
		t.based |= its
	}
	t.based |= mine
}
