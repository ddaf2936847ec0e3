package conn

import "finwait/reassembly/frame"

// Prior is the previous incarnation on a connection's 4-tuple, where an end of
// it was in TIME-WAIT when the connection began (RFC 9293 §3.6.1 MAY-2).
type Prior struct {
	Stream  uint32
	Waiting [2]bool    // by role in the connection that followed
	Since   frame.Time // when the later TIME-WAIT began
	Frame   int64      // the segment that began it
}

// Prior returns the previous incarnation; ok is false where none was captured
// or none was left in TIME-WAIT.
func (c *Conn) Prior() (p Prior, ok bool) {
	if c.from.Prior == nil {
		return Prior{}, false
	}
	p = *c.from.Prior
	if c.client == 1 {
		p.Waiting[0], p.Waiting[1] = p.Waiting[1], p.Waiting[0]
	}
	return p, true
}
