package reassembly

import (
	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Mark is one segment remembered as evidence. Seq and Ack are unwrapped: offset
// 0 is the sender's, or for Ack the receiver's, ISN; where the SYN was not
// captured, offset 1 is the first octet seen.
type Mark struct {
	Time         capture.Time
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

// Covers reports whether m acknowledges everything before offset end.
func (m *Mark) Covers(end seqnum.Offset) bool { return m.Has(segment.ACK) && m.Ack >= end }

// Marks come in three sizes, so that a connection that never got past its SYN
// costs little. When the largest is full, the middle is thinned out.
const (
	fewMarks    = 4
	someMarks   = 16
	manyMarks   = 96
	recentMarks = 6 // inessential marks that survive a compaction
)

type (
	few  [fewMarks]Mark
	some [someMarks]Mark
	many [manyMarks]Mark
)

// marks is the evidence of one connection: every segment is appended, and when
// the room is used up all go that are neither essential nor recent.
type marks struct {
	block uint32 // index into the slab of its size
	n     uint16
	room  uint16 // fewMarks, someMarks or manyMarks
}

// store holds the marks of all connections.
type store struct {
	few  slab[few]
	some slab[some]
	many slab[many]
}

// of returns the marks of m, oldest first. They stay valid until the next add.
func (s *store) of(m *marks) []Mark {
	switch m.room {
	case fewMarks:
		return s.few.at(m.block)[:m.n]
	case someMarks:
		return s.some.at(m.block)[:m.n]
	case manyMarks:
		return s.many.at(m.block)[:m.n]
	}
	return nil
}

// grow gives m the next larger room.
func (s *store) grow(m *marks) {
	old := s.of(m)
	was := *m
	var dst []Mark
	switch m.room {
	case 0:
		i, b := s.few.alloc()
		m.block, m.room, dst = i, fewMarks, b[:]
	case fewMarks:
		i, b := s.some.alloc()
		m.block, m.room, dst = i, someMarks, b[:]
	default:
		i, b := s.many.alloc()
		m.block, m.room, dst = i, manyMarks, b[:]
	}
	copy(dst, old)
	s.release(&was)
}

// release gives the room of m back.
func (s *store) release(m *marks) {
	switch m.room {
	case fewMarks:
		s.few.release(m.block)
	case someMarks:
		s.some.release(m.block)
	case manyMarks:
		s.many.release(m.block)
	}
}

// add appends a mark, zeroed, and returns it to be filled in.
func (s *store) add(m *marks) *Mark {
	if m.n == m.room {
		s.makeRoom(m)
	}
	m.n++
	list := s.of(m)
	list[m.n-1] = Mark{}
	return &list[m.n-1]
}

// makeRoom drops what is neither essential nor recent, and takes a larger room
// where that frees too little. In the largest room the middle goes: the first
// third shows how it began, the last third how it ended.
func (s *store) makeRoom(m *marks) {
	if m.room < someMarks {
		s.grow(m)
		return
	}
	list := s.of(m)
	kept := compact(list)
	switch {
	case kept <= int(m.room)*3/4:
		m.n = uint16(kept)
	case m.room < manyMarks:
		s.grow(m)
	default:
		const third = manyMarks / 3
		kept = third
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
