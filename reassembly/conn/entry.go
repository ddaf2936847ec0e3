package conn

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// entry is one segment in the log of a connection, in 40 octets: all of its header
// that is asked for later, and what was known of it when it came. Positions are
// unwrapped and have 40 bits, a length 19, the number of a frame 36; what is longer
// is held at that.
type entry struct {
	time             frame.Time
	frame            uint32 // low bits
	seq, ack         uint32 // low bits
	tsVal, tsEcr     uint32
	packed           uint32 // a length, the high bits of a frame, and what bits say
	window, id       uint16
	seqHigh, ackHigh int8
	flags            segment.Flags
	ttl              uint8
}

// The parts of entry.packed. An RST has bits of its own, in the place of those that
// only other segments have.
const (
	lengthBits = 19
	frameBits  = 4
	bitsShift  = lengthBits + frameBits
	maxLength  = 1<<lengthBits - 1
)

// The bits of entry.packed that any segment may have.
const (
	packedSide = 1 << (bitsShift + iota)
	packedTS
	packedEssential
	packedDuplicate
)

// The bits of a Mark in the order in which they are packed, from the one behind the
// side on: those that any segment may have, then those that only an RST, or only
// another, has.
var (
	packedAny  = [...]MarkBits{HasTS, Essential, Duplicate}
	packedRST  = [...]MarkBits{InWindow, Exact, AtSndNxt, RawZero, OffCounter}
	packedElse = [...]MarkBits{Retransmit, Probe, DSACK, Unseen, FirstFIN}
)

// unpacked holds the MarkBits of each value of the packed bits: those of an RST in
// the second half.
var unpacked = unpackedBits()

func unpackedBits() (table [2][1 << 8]MarkBits) {
	for rst := range table {
		list := append(append([]MarkBits{}, packedAny[:]...), packedElse[:]...)
		if rst == 1 {
			copy(list[len(packedAny):], packedRST[:])
		}
		for v := range table[rst] {
			for i, bit := range list {
				if v>>i&1 != 0 {
					table[rst][v] |= bit
				}
			}
		}
	}
	return table
}

// pack returns the packed form of bits.
func (b MarkBits) pack(rst bool) (packed uint32) {
	own := &packedElse
	if rst {
		own = &packedRST
	}
	for i, bit := range packedAny {
		if b&bit != 0 {
			packed |= 1 << i
		}
	}
	for i, bit := range own {
		if b&bit != 0 {
			packed |= 1 << (len(packedAny) + i)
		}
	}
	return packed << (bitsShift + 1)
}

// set makes g the entry of m.
func (g *entry) set(m *Mark) {
	*g = entry{
		time: m.Time, frame: uint32(m.Frame), seq: uint32(m.Seq), ack: uint32(m.Ack), tsVal: m.TSVal, tsEcr: m.TSEcr,
		packed: min(m.Len, maxLength) | highBits(m.Frame) | m.Bits.pack(m.Has(segment.RST)),
		window: m.Window, id: m.IPID, seqHigh: int8(m.Seq >> 32), ackHigh: int8(m.Ack >> 32), flags: m.Flags, ttl: m.TTL,
	}
	if m.Side == 1 {
		g.packed |= packedSide
	}
}

// mark makes m the Mark of g. Its Side is a side.
func (g *entry) mark(m *Mark) {
	*m = Mark{
		Time: g.time, Seq: g.pos(), Ack: g.ackPos(), TSVal: g.tsVal, TSEcr: g.tsEcr,
		Frame: g.number(), Len: g.length(), Window: g.window, IPID: g.id, Flags: g.flags, TTL: g.ttl,
		Side: g.side(), Bits: g.bits(),
	}
}

func (g *entry) side() uint8    { return uint8(g.packed >> bitsShift & 1) }
func (g *entry) length() uint32 { return g.packed & maxLength }

func (g *entry) bits() MarkBits {
	return unpacked[g.flags>>2&1][g.packed>>(bitsShift+1)]
}

func (g *entry) pos() seqnum.Offset { return seqnum.Offset(g.seqHigh)<<32 | seqnum.Offset(g.seq) }

func (g *entry) ackPos() seqnum.Offset { return seqnum.Offset(g.ackHigh)<<32 | seqnum.Offset(g.ack) }

// move adds by to the position of what g's sender sent; its own FIN is none any more.
func (g *entry) move(by seqnum.Offset) {
	var m Mark
	g.mark(&m)
	m.Seq += by
	m.Bits &^= FirstFIN
	g.set(&m)
}

// moveAck adds by to what g acknowledges.
func (g *entry) moveAck(by seqnum.Offset) {
	var m Mark
	g.mark(&m)
	m.Ack += by
	g.set(&m)
}

// essential reports whether g stays as long as there is room at all.
func (g *entry) essential() bool { return g.packed&packedEssential != 0 }

// firstFIN reports whether g is its sender's first FIN.
func (g *entry) firstFIN() bool { return g.bits().has(FirstFIN) }
