package reassembly

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// A connection is orderly while each segment is the next that its sender had to
// send: SYN, SYN,ACK, then nothing but what continues its sender's sequence space
// and acknowledges no more than was captured, with an open window. It is what
// TCP's header prediction (V. Jacobson, 1990) expects, told from the outside. In
// such a connection nothing is retransmitted, lost, doubled or probed, so that a
// few comparisons stand for all that take would have found out.

// course is how far one end of an orderly connection has come.
type course struct {
	next, una seqnum.Value // SND.NXT and SND.UNA (RFC 9293 §3.3.1), valid iff it sent its SYN
}

// expects reports whether s, no RST, keeps b orderly.
func (b *journal) expects(s *segment.Segment, side uint8) bool {
	own, peer := &b.courses[side], &b.courses[1-side]
	if s.Flags.Has(segment.SYN) {
		if b.syn[side] || s.PayloadLen > 0 || s.Flags.Has(segment.FIN) {
			return false
		}
		if s.Flags.Has(segment.ACK) {
			return b.syn[1-side] && b.lines.n == 1 && s.Ack == peer.next
		}
		return b.lines.n == 0
	}
	if !b.syn[side] || !b.syn[1-side] || !s.Flags.Has(segment.ACK) || s.Seq != own.next || s.Window == 0 ||
		s.Ack-peer.una > peer.next-peer.una {
		return false
	}
	if s.PayloadLen == 0 && !s.Flags.Has(segment.FIN) {
		return s.Ack != peer.una // else it is a window update, a duplicate acknowledgment or a copy
	}
	return !b.fin[side] && s.PayloadLen <= maxLinePayload
}

// advance takes in an expected segment.
func (b *journal) advance(p frame.Frame, s *segment.Segment, side uint8) {
	own, peer := &b.courses[side], &b.courses[1-side]
	if s.Flags.Has(segment.SYN) {
		own.next, own.una, b.syn[side] = s.Seq, s.Seq, true
	}
	own.next += seqnum.Value(s.Len())
	if s.Flags.Has(segment.ACK) {
		peer.una = s.Ack
	}
	if !s.Flags.Has(segment.FIN) {
		return
	}
	b.fin[side] = true
	if b.firstFIN == noSide {
		b.firstFIN = side
		return
	}
	b.finTime, b.finFrame = p.Time, uint32(p.Number)
	b.crossed = s.Ack != peer.next
}

// isn returns the initial sequence number of a side that sent its SYN, in an orderly
// journal of these lines.
func isn(lines []line, side uint8) seqnum.Value {
	if uint8(lines[0].bits&lineSide) == side {
		return lines[0].seq
	}
	return lines[1].seq
}

// over says whether both FINs were acknowledged.
func (b *journal) over() bool {
	x, y := &b.courses[0], &b.courses[1]
	return b.fin[0] && b.fin[1] && x.una == x.next && y.una == y.next
}

// waiting is waiting of an ended journal.
func (b *journal) waiting(stream uint32) (p Prior, ok bool) {
	if b.ended != EndClosed {
		return Prior{}, false
	}
	p = Prior{Stream: stream, Since: b.finTime, Frame: b.finFrame}
	p.Waiting[b.firstFIN] = true
	p.Waiting[1-b.firstFIN] = b.crossed
	return p, true
}

// follow makes c, which b began, the tcb that take makes of the lines of an orderly
// journal, and fills in their marks. It looks at nothing but its arguments: any
// goroutine may do it.
func (b *journal) follow(c *tcb, lines []line, marks []Mark, more *slab[moreTokens], brief bool) {
	for i := range lines {
		g, m := &lines[i], &marks[i]
		side := uint8(g.bits & lineSide)
		e, peer := &c.ends[side], &c.ends[1-side]
		*m = Mark{
			Time: g.time, TSVal: g.tsVal, TSEcr: g.tsEcr, Frame: g.frame, Len: g.payload,
			Window: g.window, IPID: g.id, Flags: g.flags, TTL: g.ttl, Side: side,
		}
		if g.bits&lineTS != 0 {
			m.Bits = HasTS
		}
		if g.flags.Has(segment.SYN) {
			e.sync(g.seq, 0)
			e.hasSYN, e.synAnswer = true, g.flags.Has(segment.ACK)
			e.offerScale(g.bits&lineScale != 0, g.scale)
			e.sndNxt = 1
		}
		m.Seq = seqnum.Offset(g.seq - e.base)
		if end := m.Seq + seqnum.Offset(g.payload); g.payload > 0 {
			e.sndNxt = end
			e.payload += int64(g.payload)
			e.dataSegments++
		}
		if g.flags.Has(segment.FIN) {
			c.close(side, e.sndNxt)
			e.sndNxt++
			m.Bits |= FirstFIN
		}
		if g.flags.Has(segment.ACK) {
			m.Ack = seqnum.Offset(g.ack - peer.base)
			peer.sndUna, e.lastAck = m.Ack, m.Ack
		}
		e.countID(g.id)
		e.lastWindow = g.window
		e.packets++
		e.countTTL(g.ttl)
		c.date(g.time, g.frame)
		if c.essential(e, peer, m) {
			m.Bits |= Essential
		}
	}
	if !brief {
		b.view(c, lines, more)
	}
}

// view adds the flag sequence and Zeek's view to what follow makes.
func (b *journal) view(c *tcb, lines []line, more *slab[moreTokens]) {
	var s segment.Segment
	for i := range lines {
		_, side := lines[i].restore(b, &s)
		c.view(&s, side, false, more)
	}
}
