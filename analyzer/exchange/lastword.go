package exchange

import (
	"slices"

	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/seqnum"
)

// LastWord reports whether the n octets that r sent last expect no answer: the alert
// that ends TLS, the close frame of a WebSocket (RFC 6455 §5.5.1), a QUIT.
func (s *Exchanges) LastWord(r conn.Role, n int64) bool {
	const word = 6 // MySQL's COM_QUIT, PostgreSQL's Terminate and the like have 5
	c := s.Conn
	t := &c.Dialog.Last[r]
	switch c.Dialog.Protocol {
	case payload.TLS:
		return n <= payload.AlertSize && !shakesHands(c, r, n)
	case payload.HTTP1:
		const most = 2 + 4 + 125
		return n <= most && t.Bytes <= most && t.CloseFrame()
	case payload.HTTP2:
		return n <= 64 // GOAWAY and the like
	}
	return n <= word || n <= payload.Goodbye && t.Farewell()
}

// shakesHands reports whether the n octets that r sent last are part of the TLS handshake.
func shakesHands(c *conn.Conn, r conn.Role, n int64) bool {
	from := c.PayloadEnd(r) - seqnum.Offset(n)
	return slices.ContainsFunc(c.Dialog.Bursts, func(b payload.Burst) bool {
		m := c.MarkOf(b.StartFrame)
		return conn.Role(b.By) == r && b.Kind == payload.HandshakeRecord && m != nil && m.Seq >= from
	})
}
