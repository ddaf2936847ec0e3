package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// fin211 reports servers that ended a connection while the client waited for an answer.
var fin211 = &model.Rule{
	ID:       "FIN211",
	Name:     "server-hung-up",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "the server ended the connection before its whole answer, while the client waited",
		Text: `The server had the request, its kernel acknowledged it, and the connection ended from its side without the answer, or with a part of it: the
program crashed, was killed or restarted, ran into a write timeout, or its backend went away. A client sees "unexpected EOF", "empty reply from server"
or "connection reset by peer", and cannot know whether the request was carried out. Where the server answers 408, or closes on a request
that never was whole, the client was too slow with it, and nothing is wrong with the server.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.012 A PSH,ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
0.022 B ACK
1.022 B FIN,ACK
1.023 A ACK
1.024 A FIN,ACK
1.034 B ACK`,
		Confirm:  "The server's log and its process at that time: dmesg (oom-killer), journalctl -u, core dumps; a proxy's error log (upstream prematurely closed connection).",
		Change:   "Find out why the server's program ended. Let it drain before it stops (finish what was asked, then close), and give writes enough time.",
		Harmless: "When the request asked for no answer, or the client repeats it safely.",
		Source:   "RFC 9112 §8 (incomplete messages), §9.6; RFC 9110 §15.5.9 (408)",
	},
	Check:  checkHungUp,
	Doubts: unseen(captureGap, packetsMissing, clockStep),
}

// hungUp is a server that ended a connection with a request open.
type hungUp struct {
	exchange.Exchange
	closing  *conn.Mark // its FIN or RST
	reset    bool
	timedOut bool // it answered 408, or 400 to half a request
	cut      bool // the request never was whole, and had no answer
	sure     bool // it is known that an answer was due
}

// serverHungUp finds the server's end of a connection on which an answer was due.
func serverHungUp(x *exchange.Exchanges) (h hungUp, ok bool) {
	c := x.Conn
	if c.FirstCloser != conn.Server || !opened(c) {
		return h, false
	}
	if f := finOf(c, conn.Server); f != nil {
		h.closing = c.MarkOf(f.Frame)
	} else if c.RST.Ended && c.RST.By == conn.Server {
		h.closing, h.reset = c.MarkOf(c.RST.Frame), true
	}
	if h.closing == nil || h.reset && (misfit(c) != nil || unprovoked(c)) {
		return h, false
	}
	if c.Dialog.Protocol == payload.HTTP1 {
		h.timedOut = tooSlow(x)
		if !h.timedOut && x.LooksWhole() {
			return h, false // most are
		}
	}
	h.Exchange = *x.Sent(h.closing)
	req := &c.Dialog.Last[conn.Client]
	if h.Frame == 0 || h.Frame > h.closing.Frame || h.closing.Ack < exchange.Behind(req) {
		return h, false // nothing was asked, or what was asked crossed the end
	}
	switch h.Protocol {
	case payload.HTTP1:
		h.sure = true
		switch {
		case h.timedOut:
			return h, true
		case h.Answer == exchange.Missing && !h.Whole:
			h.cut = true
			return h, true
		case h.BodyOnly():
			return h, false
		}
		return h, h.Whole && h.Open()
	case payload.TLS:
		h.sure = !h.Hello()
		return h, h.Answer == exchange.Missing && !h.TicketsOnly(c)
	case payload.HTTP2, payload.SSH:
		return h, false
	}
	if h.Answer != exchange.Missing || x.LastWord(conn.Client, h.Bytes) || !h.Single {
		return h, false
	}
	h.sure = c.Dialog.Turns[conn.Client] > 1 && c.Dialog.Turns[conn.Server] > 0
	return h, true
}

// tooSlow reports whether the server answered 408, or 400 to a request that had stopped halfway.
func tooSlow(x *exchange.Exchanges) bool {
	const badRequest = 400
	answer := &x.Conn.Dialog.Last[conn.Server]
	switch x.Status() {
	case payload.StatusRequestTimeout:
		return true
	case badRequest:
		return !x.Whole() && answer.Start.Sub(x.Conn.Dialog.Last[conn.Client].End) >= time.Second
	}
	return false
}

// unprovoked reports whether the server's reset is the end of something else: a
// silence of the client, or a connection that had been lost.
func unprovoked(c *conn.Conn) bool {
	_, gone := vanishing(c, conn.Server)
	_, stray := straySegment(c)
	to := c.MarkOf(c.RST.ReplyTo)
	return gone || stray || c.RST.Kind != conn.RSTAbort && to != nil
}

// shutAt reports whether the window of r was 0 when segment m came, and held payload back.
func shutAt(c *conn.Conn, r conn.Role, m *conn.Mark) bool {
	s, ok := c.Stall(r)
	return ok && s.Frame < m.Frame && (s.EndFrame == 0 || s.EndFrame > m.Frame)
}

func checkHungUp(p *model.Pass) {
	c := p.Conn
	h, ok := serverHungUp(p.Exchanges)
	if !ok {
		return
	}
	f := hangUp{
		what: h.What, bytes: h.Bytes, got: h.Got, partial: h.Answer == exchange.Partial, reset: h.reset, timedOut: h.timedOut, sure: h.sure,
		status: p.Exchanges.Status(), cut: h.cut, shut: shutAt(c, conn.Client, h.closing), waited: max(h.closing.Time.Sub(h.End), 0),
	}
	v := model.Verdict{Side: conn.Server, Frames: []int64{h.Frame, h.closing.Frame}}
	switch {
	case f.timedOut, f.cut:
		f.silent = f.waited
		f.waited = max(h.closing.Time.Sub(h.Start), 0)
		v.Severity = model.Info
	case !f.sure:
		v.Severity = model.Info
	}
	v.Took = took(f.waited, conn.ExactBound)
	p.Report(f, v)
}

// hangUp is a server that ended a connection too soon.
type hangUp struct {
	what       string        // was asked: "GET request" or the like
	bytes, got int64         // of that, and of the answer
	partial    bool          // there was some
	reset      bool          // by an RST
	status     uint16        // of its answer in HTTP/1
	timedOut   bool          // it answered 408, or 400 to half a request
	cut        bool          // the request never was whole
	shut       bool          // the client had no room for more by then
	silent     time.Duration // since the last of a request that never was whole
	sure       bool          // an answer was due
	waited     time.Duration // since the request, or since its start where it timed out
}

func (f hangUp) Message() string {
	verb := "closed"
	if f.reset {
		verb = "reset the connection"
	}
	switch {
	case f.timedOut:
		return fmt.Sprintf("the server answered %d and %s %s after the client's request had begun: the client was too slow with the rest of it", f.status, verb, span(f.waited))
	case f.cut:
		return fmt.Sprintf("the server %s %s after the client's %s had begun, without an answer: the request never was whole, %s of it had come, the last %s before",
			verb, span(f.waited), f.what, octets(f.bytes), span(f.silent))
	case f.partial && f.shut:
		return fmt.Sprintf("the server %s %s after the %s (%s), with only %s of its answer sent: the client had no room for more by then (its window was 0)",
			verb, span(f.waited), f.what, octets(f.bytes), octets(f.got))
	case f.partial:
		return fmt.Sprintf("the server %s %s after the %s (%s), with only %s of its answer sent", verb, span(f.waited), f.what, octets(f.bytes), octets(f.got))
	}
	text := fmt.Sprintf("the server %s %s after the %s (%s), without a byte of the answer, while the client waited", verb, span(f.waited), f.what, octets(f.bytes))
	if !f.sure {
		text += "; whether that asked for an answer the capture cannot tell"
	}
	return text
}

func (f hangUp) Advice() string {
	if f.timedOut {
		return "Find out why the client did not finish its request in that time, which is as long as the server waits for one."
	}
	if f.cut {
		return "Find out why the client did not send all of its request; the server may have a timeout for that, or a limit."
	}
	if f.partial && f.shut {
		return "Find out why the client did not read what came; the server's timeout for sending may have ended the connection."
	}
	look := "Look"
	if !f.sure {
		look = "If that asked for an answer, look"
	}
	return look + " at the server's program and its log at that time: a crash, a kill, a restart without draining, a write timeout, a backend that went away, or a rule that closes without an answer."
}
