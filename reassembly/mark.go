package reassembly

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
	Frame        uint32 // 1-based, as in Wireshark
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
func (m *Mark) Covers(end seqnum.Offset) bool { return m.Has(segment.ACK) && m.Ack >= end }

// The marks of a connection move to the next larger room when they need more. From
// thinRoom on what is neither essential nor recent is dropped first.
const (
	thinRoom    = 16
	manyMarks   = 96
	recentMarks = 6 // inessential marks that survive a compaction
)

// markStore holds the marks of all connections: every segment is appended, and when
// the room is used up all go that are neither essential nor recent.
type markStore struct{ store[Mark] }

func newMarkStore() markStore { return markStore{newStore[Mark](4, 8, thinRoom, 32, manyMarks)} }

// add appends a mark and returns its place.
func (s markStore) add(m *run) *Mark {
	if int(m.n) == s.room(m) {
		s.makeRoom(m)
	}
	m.n++
	return &s.of(m)[m.n-1]
}

// makeRoom drops what is neither essential nor recent, and takes a larger room
// where that frees too little. In the largest room the middle goes: the first
// third shows how it began, the last third how it ended.
func (s markStore) makeRoom(m *run) {
	if m.n != thinRoom && m.n != manyMarks {
		s.reserve(m, int(m.n)+1)
		return
	}
	room := s.room(m)
	m.n = uint16(compact(s.of(m)))
	switch {
	case int(m.n) <= room*3/4:
	case room < manyMarks:
		s.reserve(m, room+1)
	default:
		const third = manyMarks / 3
		list := s.of(m)
		kept := third
		for _, mark := range list[third : 2*third] {
			if mark.Bits.has(FirstFIN) {
				list[kept] = mark
				kept++
			}
		}
		m.n = uint16(kept + copy(list[kept:], list[2*third:]))
	}
}

// compact moves the essential and recent marks to the front and returns how
// many there are.
func compact(list []Mark) int {
	kept, recent := 0, len(list)-recentMarks
	for i := range list {
		if i >= recent || list[i].Bits&Essential != 0 {
			list[kept] = list[i]
			kept++
		}
	}
	return kept
}
