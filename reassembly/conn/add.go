package conn

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

func (b MarkBits) has(c MarkBits) bool { return b&c == c }

// count takes one segment in and makes m what is to be remembered of it: the place
// where all that segments say of TCP is worked out, but for connections in which each was the
// expected one, whose counters Head.count makes of their log at the end. list is the log so far. fresh is
// how many octets of payload it brought that had not come before.
func (s *Store) count(h *Head, c *counters, list []entry, f frame.Frame, seg *segment.Segment, side uint8, m *Mark) (fresh int64) {
	e, peer := &c.ends[side], &c.ends[1-side]
	seq, ack := s.place(c, list, seg, side)
	*m = Mark{
		Time: f.Time, Seq: seq, Ack: ack, TSVal: seg.Options.TSVal, TSEcr: seg.Options.TSEcr,
		Frame: int64(f.Number), Len: seg.PayloadLen, Window: seg.Window, IPID: seg.IPID,
		Flags: seg.Flags, TTL: seg.TTL, Side: side,
	}
	if seg.Options.HasTimestamps {
		m.Bits |= HasTS
	}
	if (h.odd || h.counters != 0) && c.isDuplicate(h.Is4, list, m) {
		m.Bits |= Duplicate
		if c.seen&sawDuplicates == 0 {
			m.Bits |= Essential // the first stays in evidence
		}
		c.seen |= sawDuplicates
	}
	again := c.again(e, seg, seq)
	before := e.payload
	switch {
	case seg.Flags.Has(segment.RST):
		m.Bits |= e.reset(peer, seg, seq, ack)
		if e.skips(seg.IPID) {
			m.Bits |= OffCounter
		}
	case m.Bits.has(Duplicate):
	case !seg.Flags.Any(segment.SYN|segment.FIN) && e.isProbe(seg, seq, peer.zeroWindow):
		m.Bits |= Probe
		e.keepAlives++
	default:
		m.Bits |= s.send(e, seg, seq, f.Time)
		had := e.hasFIN
		if c.control(side, seg, seq, again); e.hasFIN && !had {
			m.Bits |= FirstFIN
		}
	}
	if seg.Flags.Has(segment.ACK) && !seg.Flags.Has(segment.RST) {
		m.Bits |= e.acknowledge(peer, seg, seq, ack, m.Bits)
	}
	if m.Bits&Duplicate == 0 && !seg.Flags.Has(segment.RST) {
		e.countID(seg.IPID)
	}
	if seg.Flags.Has(segment.SYN) {
		e.scale = max(offered(&seg.Options), 0)
	}
	s.advertise(c, side, seg, f.Time)
	if len(list) > 0 && list[len(list)-1].time.Sub(f.Time) > clockStep {
		c.seen |= sawClockStep
	}
	s.note(h, c, e, seg)
	if c.essential(e, peer, m) {
		m.Bits |= Essential
	}
	if s.views {
		s.view(c, seg, side, again)
	}
	return e.payload - before
}

// clockStep is how far back a timestamp must lie behind the one before it to count
// as a step of the clock; capture queues swap neighbours by microseconds.
const clockStep = 10 * time.Millisecond

// again reports whether s carries a SYN or FIN at a sequence position that its
// sender used before.
func (c *counters) again(e *endpoint, s *segment.Segment, seq seqnum.Offset) bool {
	switch {
	case s.Flags.Has(segment.SYN):
		return e.hasSYN && seq == 0
	case s.Flags.Has(segment.FIN):
		return e.hasFIN && seq+seqnum.Offset(s.PayloadLen) == e.fin
	}
	return false
}

// control takes in the SYN or FIN of a segment.
func (c *counters) control(side uint8, s *segment.Segment, seq seqnum.Offset, again bool) {
	e := &c.ends[side]
	if s.Flags.Has(segment.SYN) {
		e.hasSYN = true
		e.synAnswer = s.Flags.Has(segment.ACK)
	}
	if !s.Flags.Has(segment.FIN) {
		return
	}
	switch {
	case again:
		e.finCopies++
	case !e.hasFIN:
		c.close(side, seq+seqnum.Offset(s.PayloadLen))
	}
}

// close takes in the first FIN of a side, at offset fin.
func (c *counters) close(side uint8, fin seqnum.Offset) {
	e := &c.ends[side]
	e.hasFIN, e.fin = true, fin
	if c.firstFIN == noSide {
		c.firstFIN, c.atFirstFIN = side, c.ends[1-side].nextSeq()
	}
}

// forgetFIN takes back what a FIN of the previous incarnation said that came before
// the SYN of this one.
func (c *counters) forgetFIN(side uint8) {
	e := &c.ends[side]
	if !e.hasFIN {
		return
	}
	e.hasFIN, e.fin, e.finCopies = false, 0, 0
	if c.firstFIN == side {
		c.firstFIN, c.atFirstFIN = noSide, 0
	}
}

// reset judges an RST from e by what its receiver could know (RFC 9293 §3.5.3,
// RFC 5961 §3.2). RCV.NXT of the receiver lies somewhere between what it
// acknowledged and what e was seen to send.
func (e *endpoint) reset(peer *endpoint, s *segment.Segment, seq, ack seqnum.Offset) (bits MarkBits) {
	acksAll := s.Flags.Has(segment.ACK) && ack == peer.nextSeq()
	switch {
	case !e.synced: // the receiver is in SYN-SENT, or we know nothing
		if acksAll || !peer.hasSYN {
			bits = InWindow | Exact
		}
	case peer.hasSYN && !peer.synAnswer && !e.hasSYN && peer.sndNxt == 1 && e.sndNxt <= 1: // in SYN-SENT
		if acksAll {
			bits = InWindow | Exact
		}
	default:
		// Linux also takes one at the position of a FIN that it has taken in
		// (net/ipv4/tcp_input.c, tcp_reset_check).
		if seq >= e.sndUna && seq <= e.nextSeq() || e.hasFIN && seq == e.fin {
			bits |= Exact | InWindow
		}
		if seq >= e.sndUna && seq <= e.sndUna+max(peer.window(), 1) {
			bits |= InWindow
		}
		if seq == e.nextSeq() {
			bits |= AtSndNxt
		}
	}
	if s.Seq == 0 {
		bits |= RawZero
	}
	e.rsts++
	if bits.has(Exact) {
		e.resets++
	}
	return bits
}

// strayACK is how far beyond the SYN an acknowledgment may lie that answers it
// and still be of this incarnation, some of which the capture lost.
const strayACK = 1 << 18

// acknowledge takes in the acknowledgment that e sends for what peer sent.
func (e *endpoint) acknowledge(peer *endpoint, s *segment.Segment, seq, ack seqnum.Offset, bits MarkBits) (more MarkBits) {
	if s.PayloadLen == 0 && !s.Flags.Any(segment.SYN|segment.FIN) && !bits.has(Probe) && !bits.has(Duplicate) &&
		!peer.probed && e.packets > 0 && ack == e.lastAck && s.Window == e.lastWindow && seq == e.sndNxt {
		e.dupACKs++
	}
	if o := &s.Options; o.SACKs > 0 && o.SACK[0].Left.Before(s.Ack) {
		more |= DSACK
	}
	if peer.asksFromBefore(ack) {
		peer.low, peer.sndNxt = ack, ack
	}
	if !e.hasSYN && peer.hasSYN && peer.sndNxt <= 1 && (ack < 0 || ack > strayACK) {
		return more // a challenge ACK of the previous incarnation (RFC 5961 §4.2)
	}
	if e.resets > 0 && ack > peer.sndNxt {
		return more // it ended the connection before: no socket of it takes anything in
	}
	if ack > peer.sndUna {
		if ack > peer.sndNxt {
			more |= Unseen
		}
		peer.sndUna = ack
	}
	e.lastAck, e.probed = ack, bits.has(Probe)
	return more
}

// asksFromBefore reports whether all that was captured of e are keep-alives: in the
// middle of a connection, empty segments at one position, and acknowledged is one
// octet more than they leave room for (RFC 9293 §3.8.4).
func (e *endpoint) asksFromBefore(ack seqnum.Offset) bool {
	return !e.hasSYN && e.dataSegments == 0 && e.packets > 0 && e.low == 1 && e.sndNxt == 1 && e.sndUna == 1 && ack == 2
}

// note counts the segment and keeps its outward signs.
func (s *Store) note(h *Head, c *counters, e *endpoint, seg *segment.Segment) {
	e.packets++
	if seg.PayloadLen > 0 {
		e.dataSegments++
	}
	if !seg.Flags.Has(segment.RST) {
		e.countTTL(seg.TTL)
	}
	if seg.NoLen {
		c.seen |= sawOffload
	}
	if seg.Options.Cut {
		c.seen |= sawCutHeader
	}
	if !c.shared && !sameLabels(&seg.Path, &h.Path) {
		c.shared = true
		s.Shared++
	}
}

func (e *endpoint) countTTL(ttl uint8) {
	if e.ttlMax == 0 {
		e.ttlMin = ttl
	}
	e.ttlMin, e.ttlMax = min(e.ttlMin, ttl), max(e.ttlMax, ttl)
}

// sameLabels reports whether two segments were seen in the same VLAN and tunnel.
func sameLabels(a, b *segment.Path) bool {
	return a.VLAN == b.VLAN && a.VLANs == b.VLANs && a.Tunnel == b.Tunnel && a.HasTunnelID == b.HasTunnelID && a.TunnelID == b.TunnelID
}

// essential says which segments must stay in evidence: the control bits, how
// each side began, what acknowledges a FIN first, and what came right after
// the first FIN or RST.
func (c *counters) essential(e, peer *endpoint, m *Mark) bool {
	switch {
	case m.Flags.Any(segment.SYN | segment.FIN | segment.RST):
		return true
	case e.packets <= 2 || !e.begun:
		e.begun = true
		return true
	case peer.hasFIN && m.Ack == peer.fin+1 && !e.ackedFIN:
		e.ackedFIN = true
		return true
	case m.Bits.has(Unseen) && peer.packets > 0 && m.Ack == peer.sndNxt+1:
		return true
	case c.firstFIN != noSide && c.afterFIN < 12:
		c.afterFIN++
		return true
	}
	return false
}

// duplicateWithin is how far apart two copies of one packet may be captured:
// the time from one interface of a host, or one port of a switch, to another.
const duplicateWithin = 5 * time.Millisecond

// isDuplicate reports whether m is the same packet as one before it: a capture
// on several interfaces, or on a mirror port, sees packets twice. An IPv4
// packet is the same if its identification is (a retransmission gets a new
// one); where there is none, only sequence space sent twice within
// duplicateWithin, by a segment alike in all else, is taken for a duplicate.
func (c *counters) isDuplicate(is4 bool, list []entry, m *Mark) bool {
	for i, looked := len(list)-1, 0; i >= 0 && looked < 4; i-- {
		o := &list[i]
		if o.side() != m.Side {
			continue
		}
		looked++
		if o.pos() != m.Seq || o.length() != m.Len || o.flags != m.Flags || o.ackPos() != m.Ack ||
			o.window != m.Window || o.tsVal != m.TSVal || o.tsEcr != m.TSEcr || o.id != m.IPID {
			continue
		}
		if m.Time.Sub(o.time).Abs() > duplicateWithin {
			continue
		}
		// Linux answers a SYN that is repeated while its own timer runs out with
		// two SYN,ACKs microseconds apart, both with identification 0.
		counted := m.IPID != 0 || m.Len > 0 || !is4 || c.seen&sawDuplicates != 0
		if counted && (m.IPID != 0 || m.Len > 0 || m.Flags.Any(segment.SYN|segment.FIN)) {
			return true
		}
	}
	return false
}

// over says whether the connection has ended by itself: both FINs acknowledged,
// or an RST that its receiver had to accept.
func (c *counters) over() End {
	a, b := &c.ends[0], &c.ends[1]
	switch {
	case a.hasFIN && b.hasFIN && a.sndUna > a.fin && b.sndUna > b.fin:
		return EndClosed
	case a.resets > 0 || b.resets > 0:
		return EndReset
	}
	return EndNone
}
