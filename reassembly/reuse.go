package reassembly

import (
	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// Prior is the previous incarnation on a connection's 4-tuple, where an end of
// it was in TIME-WAIT when the connection began (RFC 9293 §3.6.1 MAY-2).
type Prior struct {
	Stream  uint32
	Waiting [2]bool      // by role in the connection that followed
	Since   capture.Time // when the later TIME-WAIT began
	Frame   uint32       // the segment that began it
}

// Prior returns the previous incarnation; ok is false where none was captured
// or none was left in TIME-WAIT.
func (c *Conn) Prior() (p Prior, ok bool) {
	if c.from.prior == nil {
		return Prior{}, false
	}
	p = *c.from.prior
	if c.client == 1 {
		p.Waiting[0], p.Waiting[1] = p.Waiting[1], p.Waiting[0]
	}
	return p, true
}

// waiting returns what a connection is to know of an ended one that it supersedes;
// ok is false where no end of that was in TIME-WAIT. A reset that came after the
// close took TIME-WAIT away (RFC 1337).
func (t *Tracker) waiting(b *tcb) (p Prior, ok bool) {
	if b.ended != EndClosed || b.ends[0].resets+b.ends[1].resets > 0 {
		return Prior{}, false
	}
	first, second := t.fins(b)
	if second == nil {
		return Prior{}, false
	}
	p = Prior{Stream: b.stream, Since: second.Time, Frame: second.Frame}
	p.Waiting[first.Side] = true // by side until Conn.Prior
	// FINs that crossed leave both ends in TIME-WAIT (RFC 9293 §3.6, Figure 13).
	p.Waiting[second.Side] = !second.Covers(b.ends[first.Side].fin + 1)
	return p, true
}

// fins returns the first captured FIN of each side, the earlier one first; nil
// where there is none.
func (t *Tracker) fins(b *tcb) (first, second *Mark) {
	list := t.marks.of(&b.marks)
	for i := range list {
		m := &list[i]
		switch {
		case !m.Has(segment.FIN):
		case first == nil:
			first = m
		case m.Side != first.Side:
			return first, m
		}
	}
	return first, nil
}
