package zeek

import "finwait/reassembly/segment"

// maxRanges bounds how many runs of octets beyond a hole are remembered, both
// ends together. Zeek keeps the octets themselves, without such a bound.
const maxRanges = 2

// span is a run of octets beyond a hole, counted like endpoint.covered.
type span struct{ from, to uint32 }

// The limits of TCP_Reassembler.cc: DataSent, with the defaults of
// init-bare.zeek.
const (
	maxAboveHole = 16 << 10 // tcp_max_above_hole_without_any_acks
	maxUnacked   = 10 << 20 // tcp_excessive_data_without_further_acks
)

func before(a, b uint32) bool { return int32(a-b) < 0 }

func (c *Conn) heldBy(side uint8) uint8 { return c.held >> (4 * side) & 15 }

// spans returns the runs that side sent beyond its hole, in no order.
func (c *Conn) spans(side uint8) []span {
	zero := c.heldBy(0)
	if side == 0 {
		return c.holding[:zero]
	}
	return c.holding[zero : zero+c.heldBy(1)]
}

// drop forgets the ith run of side.
func (c *Conn) drop(side, i uint8) {
	if side == 1 {
		i += c.heldBy(0)
	}
	copy(c.holding[i:], c.holding[i+1:])
	c.held -= 1 << (4 * side)
}

// hold remembers a run of side. Where there is no room, the narrowest hole
// that would have to be remembered is taken to be filled: rather a gap too few
// than one that was none.
func (c *Conn) hold(side uint8, s span) {
	for i := uint8(0); i < c.heldBy(side); {
		o := c.spans(side)[i]
		if before(s.to, o.from) || before(o.to, s.from) {
			i++
			continue
		}
		if before(o.from, s.from) {
			s.from = o.from
		}
		if before(s.to, o.to) {
			s.to = o.to
		}
		c.drop(side, i)
		i = 0
	}
	if all := c.heldBy(0) + c.heldBy(1); all < maxRanges {
		at := all
		if side == 0 {
			at = c.heldBy(0)
		}
		copy(c.holding[at+1:], c.holding[at:])
		c.holding[at] = s
		c.held += 1 << (4 * side)
		return
	}
	e := &c.ends[side]
	if c.heldBy(side) == 0 {
		c.cover(side, s.to)
		return
	}
	nearest, width := -1, s.from-e.covered
	for i, o := range c.spans(side) {
		w := o.from - s.to
		if before(o.from, s.from) {
			w = s.from - o.to
		}
		if w < width {
			nearest, width = i, w
		}
	}
	if nearest < 0 {
		c.cover(side, s.to)
		return
	}
	o := &c.spans(side)[nearest]
	if before(s.from, o.from) {
		o.from = s.from
	} else {
		o.to = s.to
	}
}

// cover moves the end of what side sent without a hole to at, if that is
// further, and over the runs that it meets.
func (c *Conn) cover(side uint8, at uint32) {
	e := &c.ends[side]
	if before(e.covered, at) {
		e.covered = at
	}
	for i := uint8(0); i < c.heldBy(side); {
		o := c.spans(side)[i]
		if before(e.covered, o.from) {
			i++
			continue
		}
		if before(e.covered, o.to) {
			e.covered = o.to
		}
		c.drop(side, i)
		i = 0
	}
}

// sent takes in the payload of seg, which starts at rel
// (TCP_Reassembler.cc: DataSent). Payload that was not captured whole is not
// seen (TCP_Endpoint.cc: DataSent).
func (c *Conn) sent(seg *segment.Segment, rel uint32, side uint8) {
	e := &c.ends[side]
	if e.bits&skipping != 0 || uint32(len(seg.Payload)) < seg.PayloadLen {
		return
	}
	from := rel - 1
	if seg.Flags.Has(segment.SYN) {
		from++
	}
	s := span{from, from + seg.PayloadLen}
	acked := uint32(e.ack-e.start) - 1
	if !before(acked, s.to) {
		return
	}
	if before(s.from, acked) {
		s.from = acked
	}
	if before(e.covered, s.from) {
		c.hold(side, s)
	} else {
		c.cover(side, s.to)
	}
	if c.held == 0 && int32(e.covered-acked) <= maxUnacked {
		return
	}
	c.limit(side, e.covered-acked)
}

// limit gives up on side where Zeek would hold too much of it: unacked octets
// without a hole, and what is beyond one.
func (c *Conn) limit(side uint8, unacked uint32) {
	e := &c.ends[side]
	var above, held uint32
	for _, o := range c.spans(side) {
		above = max(above, o.to-e.covered)
		held += o.to - o.from
	}
	none := e.noDataAcked()
	if none && above > maxAboveHole || !none && int32(unacked+held) > maxUnacked {
		e.bits |= skipping
		for c.heldBy(side) > 0 {
			c.drop(side, 0)
		}
	}
}

// acknowledged takes in that side's octets were acknowledged up to rel. What of
// them was never seen is a gap (TCP_Reassembler.cc: AckReceived, Undelivered;
// Reassem.cc: Trim).
func (c *Conn) acknowledged(rel uint32, side uint8) {
	e := &c.ends[side]
	if rel == 0 {
		return
	}
	if e.bits&sawFIN != 0 && before(e.fin, rel) {
		rel = e.fin
	}
	upTo := rel - 1
	if !before(e.covered, upTo) || int32(upTo) <= 1 && c.status&partial != 0 {
		return
	}
	if e.bits&skipping == 0 {
		c.gaps(side, upTo)
	}
	c.cover(side, upTo)
}

// gaps counts the holes below upTo. Only those of connections that were
// properly opened count (TCP_Reassembler.cc: Gap,
// established_or_cleanly_closing).
func (c *Conn) gaps(side uint8, upTo uint32) {
	e := &c.ends[side]
	report := c.ends[0].clean() && c.ends[1].clean()
	for before(e.covered, upTo) {
		end := upTo
		for _, o := range c.spans(side) {
			if before(o.from, end) {
				end = o.from
			}
		}
		if report {
			c.scaled(&e.gaps, 'G', side)
		}
		c.cover(side, end)
	}
}

func (e *endpoint) clean() bool {
	return e.state() == established || e.state() == closed && e.previous() == established
}
