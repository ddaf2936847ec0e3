package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin212 reports connections that were opened and closed and carried nothing.
var fin212 = &model.Rule{
	ID:       "FIN212",
	Name:     "closed-without-a-word",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "the connection was opened and closed, and neither side sent a byte",
		Text: `The handshake was done and nothing came of it. A balancer's health check opens and closes at once; so does a port scan. A server that
accepts and closes without a word refuses the client: tcp-wrappers, a limit of connections, a proxy without a backend, or a timeout for the first request.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.012 A FIN,ACK
0.022 B FIN,ACK
0.023 A ACK`,
		Confirm:  "Look who the client is, and how regularly it comes; on the server, its log of refused connections.",
		Change:   "Nothing for health checks. A server that closes at once should say why in its log.",
		Harmless: "Health checks and scans: always.",
		Source:   "RFC 9293 §3.6",
	},
	Check:  checkWithoutAWord,
	Doubts: []model.Doubt{oneDirection, packetsMissing},
}

func checkWithoutAWord(p *model.Pass) {
	c := p.Conn
	closer := c.FirstCloser
	switch c.Close {
	case conn.CloseGraceful, conn.CloseReset, conn.CloseResetAfterFIN:
	default:
		return // it is not closed yet
	}
	if closer > conn.BothRoles || closer == conn.NoRole || !wordless(c) {
		return
	}
	frame := c.RST.Frame
	if f := finOf(c, closer); f != nil {
		frame = f.Frame
	} else if closer == conn.BothRoles {
		frame = c.FIN[conn.Client].Frame
	}
	closing := c.MarkOf(frame)
	if closing == nil {
		return
	}
	after := max(closing.Time.Sub(p.Exchanges.OpenedBy(closing)), 0)
	v := model.Verdict{Side: closer, Frames: []int64{closing.Frame}, Took: took(after, conn.ExactBound)}
	if closer == conn.BothRoles {
		v.Side = conn.NoRole
	}
	p.Report(withoutAWord{closer, closing.Has(segment.RST), after}, v)
}

// withoutAWord is a connection that carried nothing.
type withoutAWord struct {
	closer conn.Role     // or BothRoles
	reset  bool          // by an RST
	after  time.Duration // the handshake
}

func (f withoutAWord) Message() string {
	who, how := "the "+f.closer.String(), "closed"
	if f.closer == conn.BothRoles {
		who = "both sides"
	}
	if f.reset {
		how = "reset it"
	}
	return fmt.Sprintf("opened and closed without a byte of payload from either side: %s %s %s after the handshake", who, how, span(f.after))
}

func (f withoutAWord) Advice() string {
	if f.closer == conn.Server && f.after >= time.Second {
		return "Nothing needs to change if nobody meant to ask anything: servers wait for the first request only so long."
	}
	if f.closer == conn.Server {
		return "Ask the server's log why it did not want the connection."
	}
	return "Nothing needs to change if it is a health check or a scan."
}

// wordless reports whether a connection was opened and ended, and carried no payload.
func wordless(c *conn.Conn) bool {
	if c.Payload[conn.Client] > 0 || c.Payload[conn.Server] > 0 || c.Handshake != conn.HandshakeComplete {
		return false
	}
	for i := range c.Marks {
		if m := &c.Marks[i]; m.Has(segment.RST) && m.Seq > 1 {
			return false // it had sent what the capture lacks
		}
	}
	for r := range conn.Role(2) {
		if _, gone := vanishing(c, r); gone {
			return false // that is its cause
		}
	}
	return true
}
