package conn

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/seqnum"
)

// A forged segment may be numbered from an origin that is not the connection's: a second
// SYN,ACK with another initial sequence number, and the client's acknowledgment of it. What
// lies between the two was never sent, and no capture lacks it.

const (
	// maxGap is how much a connection may have carried unseen at any time, in octets: the
	// clock of a capture may be coarse, or none.
	maxGap = 16 << 20
	// maxRate is how much more it may have carried for each nanosecond of its age: 100 Gbit/s.
	maxRate = 12.5
)

// carries reports whether the connection can have carried so many octets by a time.
func (c *Conn) carries(octets seqnum.Offset, by frame.Time) bool {
	age := max(by.Sub(c.First.Time), 0)
	return octets <= maxGap || float64(octets-maxGap) <= maxRate*float64(age/time.Nanosecond)
}

// acked returns how far r's peer acknowledged what r sent, or what was captured of that where
// it acknowledged more than r can have sent.
func (c *Conn) acked(r Role) seqnum.Offset {
	e := c.endpoint(r)
	if !e.hasSYN || e.sndUna <= e.sndNxt+maxGap {
		return e.sndUna
	}
	for i := range c.Marks {
		if m := &c.Marks[i]; m.By(r.Peer()) && m.Covers(e.sndNxt+maxGap) && m.Ack <= e.sndUna {
			if !c.carries(m.Ack-e.sndNxt, m.Time) {
				return e.sndNxt
			}
			break
		}
	}
	return e.sndUna
}

// neverSent returns how many octets of the holes of r below end it cannot have sent.
func (c *Conn) neverSent(h *holes, end seqnum.Offset) (n seqnum.Offset) {
	for _, g := range h.at[:h.n] {
		if width := min(g.right, end) - g.left; width > maxGap && !c.carries(width, g.since) {
			n += width
		}
	}
	return n
}
