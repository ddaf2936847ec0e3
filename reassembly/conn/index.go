package conn

import (
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// An index finds the segments in the log of a connection by who sent them and what
// they are. It is made in one pass, and asked for all proofs: what an end did, what it
// took in, and what it did later that denies it.
type index struct {
	of   [2]places     // by role: all that it sent
	syns [2]places     // those with SYN
	fins [2]places     // those with FIN, at whatever position
	any  segment.Flags // of all segments together
	bare bool          // some segment has neither SYN nor FIN nor RST
	acks bool          // some segment acknowledges, without SYN and RST
}

// places are indices into Conn.Marks, in order.
type places struct {
	at [manyEntries]uint8
	n  uint8
}

func (p *places) add(i int) {
	p.at[p.n] = uint8(i)
	p.n++
}

func (p *places) list() []uint8 { return p.at[:p.n] }

// first returns the first place, or -1.
func (p *places) first() int {
	if p.n == 0 {
		return -1
	}
	return int(p.at[0])
}

// make fills x in from marks, whose sides are roles.
func (x *index) make(marks []Mark) {
	for r := range Role(2) {
		x.of[r].n, x.syns[r].n, x.fins[r].n = 0, 0, 0
	}
	x.any, x.bare, x.acks = 0, false, false
	for i := range marks {
		m := &marks[i]
		x.any |= m.Flags
		x.of[m.Side].add(i)
		control := m.Flags & (segment.SYN | segment.FIN | segment.RST)
		if control == 0 {
			x.bare = true
		}
		if m.Has(segment.ACK) && control&^segment.FIN == 0 {
			x.acks = true
		}
		if control.Has(segment.SYN) {
			x.syns[m.Side].add(i)
		}
		if control.Has(segment.FIN) {
			x.fins[m.Side].add(i)
		}
	}
}

// indexOf returns the index of the mark of a frame, or -1.
func (c *Conn) indexOf(frame int64) int {
	low, high := 0, len(c.Marks)
	for low < high {
		if mid := int(uint(low+high) >> 1); c.Marks[mid].Frame < frame {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(c.Marks) && c.Marks[low].Frame == frame {
		return low
	}
	return -1
}

// firstSYN returns the first captured SYN of r, or -1.
func (c *Conn) firstSYN(r Role) int { return c.index.syns[r].first() }

// firstProof returns the first segment of r behind mark from that acknowledges
// everything of its peer before end, or -1.
func (c *Conn) firstProof(r Role, end seqnum.Offset, from int) int {
	most := c.endpoint(r.Peer()).sndUna // what acknowledges more is of another incarnation
	for _, i := range c.index.of[r].list() {
		if m := &c.Marks[i]; int(i) > from && m.Covers(end) && m.Ack <= most {
			return int(i)
		}
	}
	return -1
}

// lastSYN returns the last SYN or SYN,ACK that r sent, or -1.
func (c *Conn) lastSYN(r Role) (last int) {
	last = -1
	for _, i := range c.index.syns[r].list() {
		if !c.Marks[i].Bits.has(Duplicate) {
			last = int(i)
		}
	}
	return last
}

// lastBefore returns the last segment of r before mark i that fits, or -1.
func (c *Conn) lastBefore(i int, r Role, fits func(*Mark) bool) int {
	list := c.index.of[r].list()
	for n := len(list) - 1; n >= 0; n-- {
		if k := int(list[n]); k < i && fits(&c.Marks[k]) {
			return k
		}
	}
	return -1
}

// firstBetween returns the first segment of r after mark i and before mark j
// that fits, or -1.
func (c *Conn) firstBetween(i, j int, r Role, fits func(*Mark) bool) int {
	for _, k := range c.index.of[r].list() {
		if int(k) > i && int(k) < j && fits(&c.Marks[k]) {
			return int(k)
		}
	}
	return -1
}
