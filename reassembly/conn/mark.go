package conn

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Mark is one segment remembered as evidence. Seq and Ack are unwrapped: offset
// 0 is the sender's, or for Ack the receiver's, ISN; where the SYN was not
// captured, offset 1 is the first octet seen.
type Mark struct {
	Time         frame.Time
	Seq, Ack     seqnum.Offset
	TSVal, TSEcr uint32 // valid iff HasTS
	Frame        int64  // 1-based, as in Wireshark
	Len          uint32 // payload octets on the wire
	Window       uint16 // as sent, unscaled
	IPID         uint16
	Flags        segment.Flags
	TTL          uint8
	Side         uint8 // who sent it
	Bits         MarkBits
}

// MarkBits say what the tracker knew of a segment when it came.
type MarkBits uint16

// The bits.
const (
	HasTS      MarkBits = 1 << iota // TSVal and TSEcr are valid
	Essential                       // kept as long as there is room at all
	Retransmit                      // sequence space that was sent before
	Duplicate                       // the same packet, captured twice
	Probe                           // keep-alive or zero-window probe: no data
	DSACK                           // reports a duplicate arrival (RFC 2883)
	InWindow                        // RST: its receiver may accept it (RFC 9293 §3.5.3)
	Exact                           // RST: at the receiver's RCV.NXT, so it must accept it
	AtSndNxt                        // RST: at its sender's own SND.NXT
	RawZero                         // RST: SEG.SEQ is 0, as in the answer to a segment without ACK (RFC 9293 §3.5.2)
	Unseen                          // acknowledges octets that the capture does not hold
	OffCounter                      // RST: its IP identification lies far off its sender's counter
	FirstFIN                        // its sender's FIN, for the first time: kept as long as the connection
	OldACK                          // acknowledges more than was ever sent: what an earlier incarnation sent (RFC 5961 §4.2)
)

// Has reports whether all flags f are set.
func (m *Mark) Has(f segment.Flags) bool { return m.Flags.Has(f) }

// Is reports whether all bits b are set.
func (m *Mark) Is(b MarkBits) bool { return m.Bits.has(b) }

// By reports whether r sent m.
func (m *Mark) By(r Role) bool { return Role(m.Side) == r }

// End is the offset behind the payload: that of the FIN, where there is one.
func (m *Mark) End() seqnum.Offset { return m.Seq + seqnum.Offset(m.Len) }

// HasPayload reports whether m carries payload, and is neither a probe nor a copy
// that was captured once more.
func (m *Mark) HasPayload() bool { return m.Len > 0 && m.Bits&(Probe|Duplicate) == 0 }

// Covers reports whether m acknowledges everything before offset end.
func (m *Mark) Covers(end seqnum.Offset) bool {
	return m.Has(segment.ACK) && m.Ack >= end && m.Bits&OldACK == 0
}
