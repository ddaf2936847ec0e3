package conn

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// reorderWithin is how late a segment that fills a hole may come and still
// count as out of order rather than as a retransmission of a segment that was
// lost before it reached the capture. Wireshark uses the same 3 ms where it
// knows no round-trip time.
const reorderWithin = 3 * time.Millisecond

// maxHoles bounds the gaps remembered per endpoint. When there are more the two
// oldest are joined, and what lay between them counts as missing.
const maxHoles = 6

// holes are the stretches of one endpoint's sequence space that were passed
// over and not captured since, lowest first.
type holes struct {
	at [maxHoles]hole
	n  uint8
}

type hole struct {
	left, right seqnum.Offset
	since       frame.Time
}

// open remembers a new hole, which lies above all others. The highest one grows
// while segments without payload pass over it that nothing followed yet.
func (h *holes) open(left, right seqnum.Offset, now frame.Time) {
	if h.n > 0 && h.end() >= left {
		last := &h.at[h.n-1]
		last.right = max(last.right, right)
		return
	}
	if h.n == maxHoles {
		h.at[0].right = h.at[1].right
		copy(h.at[1:], h.at[2:])
		h.n--
	}
	h.at[h.n] = hole{left, right, now}
	h.n++
}

// end returns the end of the highest hole; there must be one.
func (h *holes) end() seqnum.Offset { return h.at[h.n-1].right }

// fill takes [left, right) out of the holes. It returns how many octets of it
// had been missing, and since when the first of those were.
func (h *holes) fill(left, right seqnum.Offset) (octets seqnum.Offset, since frame.Time) {
	for i := 0; i < int(h.n); i++ {
		g := &h.at[i]
		l, r := max(left, g.left), min(right, g.right)
		if l >= r {
			continue
		}
		if octets == 0 {
			since = g.since
		}
		octets += r - l
		switch {
		case l == g.left && r == g.right:
			copy(h.at[i:], h.at[i+1:h.n])
			h.n--
			i--
		case l == g.left:
			g.left = r
		case r == g.right:
			g.right = l
		case h.n < maxHoles: // split in two
			copy(h.at[i+1:h.n+1], h.at[i:h.n])
			h.n++
			h.at[i].right, h.at[i+1].left = l, r
			i++
		case l-g.left > g.right-r: // no room to split: forget the smaller part
			g.right = l
		default:
			g.left = r
		}
	}
	return octets, since
}

// missing returns how many octets below end were never captured.
func (h *holes) missing(end seqnum.Offset) (n seqnum.Offset) {
	for _, g := range h.at[:h.n] {
		if g.left < end {
			n += min(g.right, end) - g.left
		}
	}
	return n
}

// place unwraps the sequence and acknowledgment numbers of s, sent from side.
// An endpoint met for the first time gets its origin here.
func (x *Store) place(c *counters, list []entry, s *segment.Segment, side uint8) (seq, ack seqnum.Offset) {
	e, peer := &c.ends[side], &c.ends[1-side]
	switch {
	case s.Flags.Has(segment.SYN) && (!e.synced || !e.hasSYN && e.base != s.Seq || e.hasSYN && e.base != s.Seq && e.packets < 8):
		x.setOrigin(c, list, side, s.Seq)
	case !e.synced && !s.Flags.Has(segment.RST):
		e.sync(s.Seq-1, 1)
	}
	if s.Flags.Has(segment.ACK) {
		if !peer.synced && (s.Ack != 0 || !s.Flags.Has(segment.RST)) {
			peer.sync(s.Ack-1, 1)
		}
		ack = seqnum.Unwrap(s.Ack, peer.base, peer.nextSeq())
	}
	if !e.synced { // a reset, and nothing else is known of its sender
		return 1, ack
	}
	return seqnum.Unwrap(s.Seq, e.base, e.nextSeq()), ack
}

// setOrigin makes isn the origin of a side's sequence space. What came before, where
// anything did, belongs to the previous incarnation, and so did its FIN.
func (x *Store) setOrigin(c *counters, list []entry, side uint8, isn seqnum.Value) {
	e := &c.ends[side]
	known, moved := e.synced, seqnum.Offset(int32(e.base-isn))
	e.sync(isn, 0)
	x.holes.Release(e.holes)
	e.holes = 0
	if !known {
		return
	}
	for i := range list {
		if g := &list[i]; g.side() == side {
			g.move(moved)
		} else {
			g.moveAck(moved)
		}
	}
	c.forgetFIN(side)
}

// isProbe reports whether s, without SYN, FIN or RST, is a keep-alive or a
// zero-window probe: at most one octet, at or before what was sent already
// (RFC 9293 §3.8.4, §3.8.6.1). Linux probes a zero window with an empty
// segment at SND.UNA-1 (net/ipv4/tcp_output.c, tcp_xmit_probe_skb).
func (e *endpoint) isProbe(s *segment.Segment, seq seqnum.Offset, peerWindowZero bool) bool {
	if s.PayloadLen > 1 || e.sndUna < 1 && s.PayloadLen == 0 {
		return false // nobody is known to listen yet
	}
	if seq == e.nextSeq()-1 {
		return true
	}
	return peerWindowZero && (seq == e.sndUna-1 || seq == e.sndNxt && s.PayloadLen == 1)
}

// send takes in what a segment adds to its sender's sequence space and returns
// what kind of sending it was.
func (x *Store) send(e *endpoint, s *segment.Segment, seq seqnum.Offset, now frame.Time) (bits MarkBits) {
	left, right := seq, seq+seqnum.Offset(s.Len())
	e.low = min(e.low, left)
	if left > e.sndNxt {
		x.holesOf(e).open(e.sndNxt, left, now)
	}
	fresh := max(right-max(left, e.sndNxt), 0)
	late := right - left - fresh
	if fresh > 0 {
		e.sndNxt = right
	}
	if e.holes != 0 && right > left {
		h := x.holes.At(e.holes)
		filled, since := h.fill(left, right-fresh)
		late -= filled
		passed, at := h.fill(right-fresh, right) // segments without payload had passed over it
		if filled == 0 {
			since = at
		}
		if filled+passed > 0 {
			bits |= e.fillHole(now.Sub(since))
		}
		fresh += filled
	}
	if fresh == 0 && late > 0 {
		bits |= Retransmit
		e.retransmits++
	}
	if n := int64(min(fresh, seqnum.Offset(s.PayloadLen))); n > 0 {
		e.payload += n
	}
	return bits
}

// fillHole counts a segment that fills a hole which was seen so long before.
func (e *endpoint) fillHole(after time.Duration) MarkBits {
	if after <= reorderWithin {
		e.outOfOrder++
		return 0
	}
	e.retransmits++
	return Retransmit
}

// holesOf returns the holes of e, with room for more.
func (x *Store) holesOf(e *endpoint) *holes {
	if e.holes == 0 {
		i, h := x.holes.Alloc()
		*h = holes{}
		e.holes = i
	}
	return x.holes.At(e.holes)
}

// advertise takes in the window that a segment advertises.
func (x *Store) advertise(c *counters, side uint8, s *segment.Segment, now frame.Time) {
	e := &c.ends[side]
	e.lastWindow = s.Window
	if s.Flags.Has(segment.RST) || s.Flags.Has(segment.SYN) {
		return
	}
	zero := s.Window == 0
	if zero == e.zeroWindow {
		return
	}
	if c.shut == 0 {
		i, w := x.shut.Alloc()
		*w = shut{}
		c.shut = i
	}
	w := &x.shut.At(c.shut)[side]
	if zero {
		w.since = now
	} else {
		w.before = longer(w.before, now.Sub(w.since))
	}
	e.zeroWindow = zero
}

// shut says of each side for how long its window was 0. Few connections have one.
type shut [2]struct {
	since  frame.Time    // valid iff zeroWindow
	before time.Duration // before that
}

// longer returns d + by. Where the clock jumped, back or by centuries, d is all
// that is known.
func longer(d, by time.Duration) time.Duration { return max(d, d+max(by, 0)) }
