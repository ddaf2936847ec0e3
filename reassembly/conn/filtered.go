package conn

import (
	"time"

	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// A capture filtered to SYN, FIN and RST holds no bare acknowledgments. What was
// not acknowledged is repeated, so there silence is consent: a SYN or FIN that
// its sender does not repeat was taken in, and so was the answer. When, the
// capture does not say; it was before the repetition would have been due.

// repeated is how long a sender waits at most before it repeats its first
// segment on a path that answers: the minimum retransmission timeout of Linux,
// 200 ms, and the round trip of most paths on top.
const repeated = 500 * time.Millisecond

// filtered reports whether the capture holds control segments only, although the
// connection got past its handshake: its third segment, at least, is missing.
func (c *Conn) filtered() bool {
	if c.from.Plain || c.endpoint(Client).hasSYN != c.endpoint(Server).hasSYN {
		return false
	}
	return c.FIN[Client].Known || c.FIN[Server].Known || c.RST.Known && c.Marks[c.RST.at].Has(segment.ACK)
}

// consented returns the last copy of r's FIN, if it was not repeated when that
// would have been due; -1 otherwise. After several copies silence is no consent:
// r gave up.
func (c *Conn) consented(r Role) int {
	const several = 3
	i := c.lastBefore(len(c.Marks), r, c.isFIN)
	if i < 0 || c.fate(r.Peer(), i) == Lost || c.Until.Sub(c.Marks[i].Time) < repeated || c.FIN[r].Retransmissions >= several-1 {
		return -1
	}
	return i
}

// filteredSteps finds what r did and took in where the capture lacks all bare
// acknowledgments.
func (c *Conn) filteredSteps(r Role, l *steps) {
	peer := r.Peer()
	c.filteredOpening(r, l)
	if at := c.indexOf(c.FIN[r].Frame); c.FIN[r].Known && at >= 0 {
		l.add(c.step(r, tcpstate.SendFIN, at))
		if i := c.acceptedACK(r, c.FIN[r].Pos+1, c.isFIN); i >= 0 && c.Marks[i].Seq <= c.FIN[peer].Pos && !c.consentedBefore(r, i) {
			l.add(c.step(r, tcpstate.RecvACKofFIN, i))
		} else if i := c.consented(r); i >= 0 {
			s := c.step(r, tcpstate.RecvACKofFIN, i)
			s.loose = true
			l.add(s)
		}
	}
	if !c.FIN[peer].Known || c.FIN[peer].Implied {
		return
	}
	switch proof := c.firstProof(r, c.FIN[peer].Pos+1, -1); {
	case proof >= 0:
		c.tookFIN(r, &c.FIN[peer], l)
	default:
		if i := c.consented(peer); i >= 0 {
			own := c.lastBefore(len(c.Marks), r, func(m *Mark) bool { return !m.Has(segment.RST) })
			l.add(c.after(r, c.step(r, tcpstate.RecvFIN, i), own))
		}
	}
}

// filteredOpening finds the same of the handshake: that somebody closes proves
// that it was completed.
func (c *Conn) filteredOpening(r Role, l *steps) {
	own := c.firstSYN(r)
	if own < 0 {
		return
	}
	isSYN := func(m *Mark) bool { return m.Has(segment.SYN) }
	if c.Marks[own].Has(segment.ACK) {
		c.tookSYN(r, own, tcpstate.RecvSYN, l)
		l.add(c.step(r, tcpstate.RecvACKofSYN, c.lastBefore(len(c.Marks), r, isSYN)))
		return
	}
	l.add(c.step(r, tcpstate.SendSYN, own))
	if i := c.lastBefore(len(c.Marks), r.Peer(), isSYN); i >= 0 {
		l.add(c.after(r, c.step(r, tcpstate.RecvSYNACK, i), own))
	}
}

// consentedBefore reports whether r's FIN must have been acknowledged before
// mark i, or it would have been repeated.
func (c *Conn) consentedBefore(r Role, i int) bool {
	j := c.lastBefore(i, r, c.isFIN)
	return j >= 0 && c.Marks[i].Time.Sub(c.Marks[j].Time) >= repeated/2
}
