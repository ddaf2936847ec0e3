package conn

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// This file finds among the segments of a connection those that prove what an
// endpoint took in.

// unreachable reports whether nothing reached r any more before mark i: of what asked
// for an answer, at least two in a row and over a second, none was answered.
func (c *Conn) unreachable(r Role, i int) bool {
	if known := c.fate(r, i); known != NotKnown {
		return known == Lost
	}
	asked := 0
	for j := i - 1; j >= 0; j-- {
		m := &c.Marks[j]
		if m.By(r) {
			return false
		}
		if m.Len > 0 || m.Flags.Any(segment.FIN|segment.SYN) || m.Bits.has(Probe) {
			asked++
		}
		if asked >= 2 && c.Marks[i].Time.Sub(m.Time) > time.Second {
			return true
		}
	}
	return false
}

// filled returns the segment of r's peer with which the last octets came that r
// lacked at mark late and had at mark proof: the one that the timestamp echo names
// (RFC 7323 §4.3), else the first that could be; -1 where there is none. A FIN that
// is answered with a D-SACK had come before.
func (c *Conn) filled(r Role, late, proof int) int {
	p, first := &c.Marks[proof], -1
	for i := late + 1; i < proof; i++ {
		m := &c.Marks[i]
		switch {
		case m.By(r) || m.Len == 0 && !m.Has(segment.FIN) || p.Is(DSACK) && c.isFIN(m) || c.fate(r, i) == Lost:
		case p.Is(HasTS) && m.Is(HasTS) && m.TSVal == p.TSEcr:
			return i
		case first < 0:
			first = i
		}
	}
	return first
}

// repeatsACK reports whether mark i of r acknowledges a FIN of the peer that had come
// before: captured twice, or reported by a D-SACK.
func (c *Conn) repeatsACK(r Role, i int) bool {
	fin, last := &c.FIN[r.Peer()], c.lastBefore(i, r.Peer(), c.isFIN)
	return fin.Known && c.Marks[i].Covers(fin.Pos+1) && (c.Marks[i].Is(DSACK) || last >= 0 && c.Marks[last].Frame != fin.Frame)
}

// tookInSilence returns the copy of its peer's FIN that r took in although it acknowledged
// none, and what r sent last before that, or -1 for each. Where the capture was taken nothing
// can be lost any more, and a reset ended r before its delayed acknowledgment was due.
func (c *Conn) tookInSilence(r Role, fin *FIN) (i, behind int) {
	if i, behind = c.receivedFIN(r, fin); i >= 0 {
		return i, behind
	}
	i = c.indexOf(fin.Frame)
	reset := c.RST.Ended && c.RST.By == r.Peer() && !c.FIN[r].Known
	if i < 0 || !reset || !c.CapturedAt(r) || fin.Implied || c.Quality[r.Peer()].Missing > 0 || c.fate(r, i) == Lost || c.lastSYN(r) > i {
		return -1, -1
	}
	return i, -1
}

// receivedFIN returns the same by receipts: all before the FIN was acknowledged, and nothing
// that r sent after it came denies it.
func (c *Conn) receivedFIN(r Role, fin *FIN) (i, behind int) {
	if c.receipts == nil || c.SndUna(r.Peer()) < fin.Pos {
		return -1, -1
	}
	behind = c.lastBefore(len(c.Marks), r, func(m *Mark) bool { return m.Has(segment.ACK) && !m.Has(segment.RST) })
	for _, k := range c.index.fins[r.Peer()].list() {
		if c.isFIN(&c.Marks[k]) && c.fate(r, int(k)) == WasThere && (behind < 0 || c.seenBy(r, behind) <= c.seenBy(r, int(k))) {
			return int(k), behind
		}
	}
	return -1, -1
}

// arrived finds which copy of a segment of the peer reached r, where proof is
// r's answer. With one copy there is no question. A timestamp echo names the
// copy; a D-SACK says that an earlier one had come already; else it is the last
// that had the time to reach r and be answered.
func (c *Conn) arrived(r Role, proof int, copyOf func(*Mark) bool) int {
	p := &c.Marks[proof]
	best := -1
	for _, at := range c.index.of[r.Peer()].list() {
		i := int(at)
		m := &c.Marks[i]
		if i >= proof {
			break
		}
		if !copyOf(m) || m.Bits.has(Duplicate) {
			continue
		}
		switch {
		case c.Orderly(): // there are no copies
			return i
		case c.fate(r, i) == Lost:
		case best < 0:
			best = i
		case p.Bits.has(DSACK): // Linux echoes the later copy's timestamp all the same
		case p.Bits.has(HasTS) && m.Bits.has(HasTS) && m.TSVal != c.Marks[best].TSVal:
			if m.TSVal == p.TSEcr {
				return i
			}
		case c.fate(r, i) == WasThere:
			if c.seenBy(r, i) <= c.seenBy(r, proof) {
				best = i
			}
		case p.Time.Sub(m.Time) >= c.away[r]/2 || c.away[r] == defaultAway:
			best = i
		}
	}
	return best
}

// acceptedACK finds the acknowledgment of everything that r sent before end which
// r took in. One on the wire is denied when r later repeats what it
// acknowledges, unless the two crossed. An endpoint that ignored two is taken to
// ignore the next: something keeps them from it.
func (c *Conn) acceptedACK(r Role, end seqnum.Offset, copyOf func(*Mark) bool) int {
	again := func(m *Mark) bool {
		return copyOf(m) || m.Bits.has(Retransmit) && m.HasPayload() && m.End() < end
	}
	ignored := 0
	for _, at := range c.index.of[r.Peer()].list() {
		i := int(at)
		m := &c.Marks[i]
		if !m.Covers(end) || m.Has(segment.RST) || m.Bits.has(Duplicate) || c.fate(r, i) == Lost || c.refusedFIN(r, i) {
			continue
		}
		if !c.denied(r, i, again) {
			if ignored >= 2 && m.Len == 0 && !c.fellSilent(r, i, again) {
				return -1
			}
			return i
		}
		ignored++
	}
	return -1
}

// fellSilent reports whether r stopped repeating what copyOf recognises: its next copy, due
// after twice the last interval (RFC 6298 §5.5), did not come although the capture went on.
// Where nothing shows that r, or the path from it, was alive behind mark i, one copy may have
// been lost: then three did not come, and half of the wait for the fourth is over.
func (c *Conn) fellSilent(r Role, i int, copyOf func(*Mark) bool) bool {
	sent := func(m *Mark) bool { return copyOf(m) && !m.Bits.has(Duplicate) }
	last := c.lastBefore(i, r, sent)
	previous := c.lastBefore(last, r, sent)
	alive := c.firstBetween(i, len(c.Marks), r, func(m *Mark) bool { return !m.Has(segment.RST) })
	if previous < 0 {
		return false
	}
	intervals := time.Duration(2)
	if alive < 0 {
		intervals += 4 + 8 + 16/2
	}
	interval := c.Marks[last].Time.Sub(c.Marks[previous].Time)
	due := c.Marks[last].Time + frame.Time(intervals*interval+interval/5+c.Allowance(r))
	return c.Until > due && !c.Gap(c.Marks[last].Time, due)
}

// refusedFIN reports whether mark i is a copy of the FIN of r's peer that r did not take in, as
// its acknowledgment of a later copy says: nor did it take in what mark i acknowledges.
func (c *Conn) refusedFIN(r Role, i int) bool {
	if m := &c.Marks[i]; !m.Has(segment.FIN) || !c.isFIN(m) {
		return false
	}
	proof := c.firstProof(r, c.FIN[r.Peer()].Pos+1, -1)
	return proof > i && c.arrived(r, proof, c.isFIN) > i
}

// denied reports whether r, after mark i and without crossing it, repeats what copyOf
// recognises.
func (c *Conn) denied(r Role, i int, copyOf func(*Mark) bool) bool {
	if c.Orderly() {
		return false
	}
	for _, j := range c.index.of[r].list() {
		m := &c.Marks[j]
		if int(j) > i && copyOf(m) && !m.Bits.has(Duplicate) && !c.crossed(r, i, int(j)) {
			return true
		}
	}
	return false
}
