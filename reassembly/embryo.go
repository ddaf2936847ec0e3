package reassembly

import (
	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// embryo is a connection that nothing is known of but its first few segments, none
// of which says more than its header does: a SYN without answer, a half-open
// connection, one that was opened and left at that. It keeps those segments, and
// costs a fraction of a tcb; the tcb that it becomes takes them in, late but as
// they came. It holds no pointers.
type embryo struct {
	addr         [2]segment.Endpoint // as in the tcb, like the next four
	path         segment.Path
	prior        uint32
	completeness uint8
	is4          bool
	reopened     bool
	n            uint8  // how many segments it has
	first, last  uint32 // of them: indices into Tracker.early
}

// early is one segment of an embryo.
type early struct {
	time         capture.Time
	next         uint32 // the segment behind it; 0 behind the last
	frame        uint32
	seq, ack     seqnum.Value
	tsVal, tsEcr uint32
	window, id   uint16
	flags        segment.Flags
	ttl          uint8
	scale        uint8
	bits         earlyBits
}

type earlyBits uint8

const (
	earlySide earlyBits = 1 << iota // it came from side 1
	earlyTS
	earlyScale
)

// maxEarly is how many segments an embryo has at most: those of a SYN,ACK that is
// repeated as often as Linux does (tcp_synack_retries), and more than those of a
// SYN (tcp_syn_retries).
const maxEarly = 12

// isEarly reports whether an early holds all of a segment that take looks at.
func isEarly(s *segment.Segment) bool {
	return s.PayloadLen == 0 && !s.Flags.Any(segment.FIN|segment.RST) && s.Options.SACKs == 0 &&
		!s.NoLen && !s.BadOffset && !s.Options.Cut
}

// fits reports whether a segment can be kept in b.
func (b *embryo) fits(s *segment.Segment) bool {
	return b.n < maxEarly && isEarly(s) && sameLabels(&s.Path, &b.path)
}

// keep adds a segment that fits to b.
func (t *Tracker) keep(b *embryo, p *capture.Packet, s *segment.Segment, side uint8) {
	i, g := t.early.alloc()
	*g = early{
		time: p.Time, frame: uint32(p.Number), seq: s.Seq, ack: s.Ack, window: s.Window, id: s.IPID,
		flags: s.Flags, ttl: s.TTL, tsVal: s.Options.TSVal, tsEcr: s.Options.TSEcr, scale: s.Options.Scale,
	}
	g.set(earlySide, side == 1)
	g.set(earlyTS, s.Options.HasTimestamps)
	g.set(earlyScale, s.Options.HasScale)
	if b.n == 0 {
		b.first = i
	} else {
		t.early.at(b.last).next = i
	}
	b.last = i
	b.n++
}

func (g *early) set(bit earlyBits, on bool) {
	if on {
		g.bits |= bit
	}
}

// restore makes s and p the segment and packet that g was, as far as take looks at
// them, and returns the side that it came from.
func (g *early) restore(b *embryo, p *capture.Packet, s *segment.Segment) (side uint8) {
	side = uint8(g.bits & earlySide)
	*p = capture.Packet{Time: g.time, Number: int(g.frame)}
	*s = segment.Segment{
		Src: b.addr[side], Dst: b.addr[1-side], Path: b.path, Is4: b.is4,
		Seq: g.seq, Ack: g.ack, Flags: g.flags, Window: g.window, TTL: g.ttl, IPID: g.id,
	}
	s.Options.HasTimestamps, s.Options.TSVal, s.Options.TSEcr = g.bits&earlyTS != 0, g.tsVal, g.tsEcr
	s.Options.HasScale, s.Options.Scale = g.bits&earlyScale != 0, g.scale
	return side
}

// embryo returns the embryo of an entry, or nil where it has a tcb.
func (t *Tracker) embryo(e *entry) *embryo {
	if e.body&embryonic == 0 {
		return nil
	}
	return t.embryos.at(e.body &^ embryonic)
}

// hatch makes the embryo of an entry a tcb.
func (t *Tracker) hatch(e *entry) {
	b, old := t.embryo(e), e.body&^embryonic
	i, c := t.tcbs.alloc()
	*c = tcb{
		stream: e.stream, firstFIN: noSide, addr: b.addr, path: b.path, is4: b.is4,
		prior: b.prior, completeness: b.completeness,
	}
	if b.reopened {
		c.seen = sawReopened
	}
	c.ends[0].scale, c.ends[1].scale = -1, -1
	var p capture.Packet
	var s segment.Segment
	for n := b.first; n != 0; {
		g := t.early.at(n)
		side := g.restore(b, &p, &s)
		t.take(c, &p, &s, side)
		t.early.release(n)
		n = g.next
	}
	t.embryos.release(old)
	e.body = i
}

// tcb returns the tcb of an entry, which is no embryo and not at rest from then on.
func (t *Tracker) tcb(e *entry) *tcb {
	switch {
	case e.body&embryonic != 0:
		t.hatch(e)
	case e.body&atRest != 0:
		t.wake(e)
	}
	return t.tcbs.at(e.body)
}
