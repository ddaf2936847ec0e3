package exchange

import (
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// atOnce is how soon behind its last word a side closes that awaits no answer.
const atOnce = 2 * time.Millisecond

// LastRequest returns the first segment of what r sent last, or nil. Of an
// end that answers rather than asks nothing is returned.
func (s *Exchanges) LastRequest(r conn.Role) *conn.Mark {
	c := s.Conn
	if c.Dialog.Protocol == payload.TLS {
		list := c.Dialog.Bursts
		for i := len(list) - 1; i >= 0; i-- {
			if b := &list[i]; conn.Role(b.By) == r && b.Kind == payload.DataRecord {
				if !b.Asks() {
					return nil
				}
				return c.MarkOf(b.StartFrame)
			}
		}
		return nil
	}
	return c.MarkOf(c.Dialog.Last[r].StartFrame)
}

// Asks reports whether what r sent last may be a new request, rather than
// the rest of one that the other side did not want, or an answer.
func (s *Exchanges) Asks(r conn.Role) bool {
	c := s.Conn
	t := &c.Dialog.Last[r]
	if c.Dialog.Protocol == payload.HTTP1 {
		return t.MayAsk()
	}
	if p := c.Dialog.Protocol; r != conn.Client || p == payload.HTTP2 || p == payload.SSH {
		return false
	}
	if s.LastWord(r, t.Bytes) {
		return false
	}
	if c.Dialog.Protocol == payload.TLS {
		return !inHandshake(c)
	}
	// Who closes at once behind its last word asked for nothing, unless all that it
	// sends is asked and answered: then it closed because it read the end of file.
	if f := &c.FIN[r]; f.Known && !f.Implied && c.Dialog.Turns[r] < 3 {
		return f.Time.Sub(t.End) > atOnce
	}
	return true
}

// inHandshake reports whether the server never got as far as to send application
// data over TLS.
func inHandshake(c *conn.Conn) bool {
	for _, b := range c.Dialog.Bursts {
		if b.By == payload.Server && (b.Kind == payload.DataRecord || b.Kind == payload.TicketRecord) {
			return false
		}
	}
	return true
}
