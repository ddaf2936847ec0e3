package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// fin206 reports connections that one side closed after nobody had said
// anything for a while.
var fin206 = &model.Rule{
	ID:       "FIN206",
	Name:     "idle-timeout-close",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "one side closed a connection that had been idle",
		Text: `All that was asked had been answered, then both sides were silent, then one closed: a keep-alive or idle
timeout, of a server, a client's connection pool or a proxy. It is how connections ought to end. Where it is the server
that closes first, a request may cross its FIN (FIN207) or be sent on a connection that is closed already (FIN208).`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.012 A PSH,ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
0.022 B PSH,ACK data "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
0.023 A ACK
5.022 B FIN,ACK
5.023 A FIN,ACK
5.033 B ACK
6.000 end`,
		Confirm: `ss -tno state established shows keep-alive timers of the kernel; those of applications do not show. Look for
keepalive_timeout (nginx), KeepAliveTimeout (Apache), keepAliveTimeout (Node), IdleConnTimeout and IdleTimeout (Go).`,
		Change:   "Let clients and proxies give up idle connections before the server does: their idle timeout has to be the shorter one.",
		Harmless: "Nearly always: it matters where requests get lost (FIN207, FIN208), or where connections are opened anew too often.",
		Source:   "RFC 9112 §9.5 (failures and timeouts), §9.6 (tear-down)",
	},
	Check: checkIdleClose,
	Group: groupIdle,
	Frame: framesAre("FIN206", "last payload", "close_notify"), // what was said before the silence, and perhaps behind it
	Doubts: unseen(
		captureGap,
		clockStep,
		model.Doubt{Caveat: conn.PacketsMissing, Why: "the capture lacks packets, perhaps some in between"},
	),
}

func checkIdleClose(p *model.Pass) {
	c := p.Conn
	closer := c.FirstCloser
	fin := finOf(c, closer)
	if fin == nil || fin.Implied {
		return
	}
	if fin.Time.Sub(c.First.Time) < p.Config.IdleClose && !c.Caveats.Has(conn.ClockStep) {
		return // too young to have been idle
	}
	closing := c.MarkOf(fin.Frame)
	if closing == nil {
		return
	}
	frames := []int64{fin.Frame}
	notice := p.Exchanges.Notice(closing)
	if notice != nil {
		closer, closing = conn.Server, notice
		frames = append(frames, notice.Frame)
	}
	s := p.Exchanges.SilenceBefore(closing)
	if s.Length < p.Config.IdleClose || !settled(p.Exchanges, &s, closing) {
		return
	}
	f := idleClose{closer: closer, idle: s.Length, noticed: notice != nil}
	bound := conn.ExactBound
	switch {
	case s.Frame == 0 && c.Caveats.Has(conn.MidStreamStart):
		f.since, bound = sinceBegin, conn.AtLeast
	case s.Frame == 0 && c.Dialog.Last[closer.Peer()].Known():
		f.since = sinceUnheard
	case s.Frame == 0:
		f.since = sinceHandshake
	case s.Bye:
		f.since = sinceBye
	case s.Asked:
		f.since = sinceAsked
	}
	p.Report(f, model.Verdict{Side: closer, Frames: append(frames, s.Frame), Took: took(s.Length, bound)})
}

// idleSince is what an idle time runs from.
type idleSince uint8

const (
	sincePayload   idleSince = iota
	sinceBegin               // of the capture: at least
	sinceUnheard             // the handshake; a request came too late
	sinceHandshake           // and there never was a request
	sinceAsked               // something short of its own, which had no answer
	sinceBye                 // payload but for what the closer said last
)

var idleSinceWords = [...]string{
	sincePayload: "after the last byte of either side", sinceBegin: "after the capture began",
	sinceUnheard: "after the handshake, before a request reached it", sinceHandshake: "after the handshake, with no request ever sent",
	sinceAsked: "after something short that it had said unasked, and that had no answer (perhaps it asked whether the other side is there)",
	sinceBye:   "after the last byte of either side, but for what it said right before",
}

// idleClose is a side that closed an idle connection.
type idleClose struct {
	closer conn.Role
	idle   time.Duration
	since  idleSince

	noticed bool // it said close_notify, and the other side sent the first FIN
}

func (f idleClose) Message() string {
	bound := conn.ExactBound
	if f.since == sinceBegin {
		bound = conn.AtLeast
	}
	text := fmt.Sprintf("the %s closed an idle connection, %s%s %s", f.closer, boundWord(bound), span(f.idle), idleSinceWords[f.since])
	if f.noticed {
		text += fmt.Sprintf(": it sent a close_notify, and the %s answered that with the first FIN", f.closer.Peer())
	}
	return text
}

func (f idleClose) Advice() string {
	if f.since == sinceAsked {
		return fmt.Sprintf("Find out whether the %s's program still ran then, if this was a keep-alive of its protocol.", f.closer.Peer())
	}
	if f.closer == conn.Client {
		return "Nothing needs to change for that."
	}
	return "Nothing needs to change for that, unless requests get lost: then let the client give up idle connections before the server does."
}

// settled reports whether nobody owed anybody an answer at segment closing, as
// far as that can be told.
func settled(of *exchange.Exchanges, s *exchange.Silence, closing *conn.Mark) bool {
	c, closer := of.Conn, conn.Role(closing.Side)
	if s.Frame == 0 {
		return closer == conn.Server || c.Caveats.Has(conn.MidStreamStart)
	}
	if s.Last == conn.Client {
		return false
	}
	if c.Dialog.Protocol != payload.HTTP1 {
		return true
	}
	if closer == conn.Server {
		_, hung := serverHungUp(of)
		return !hung // in the middle of its answer
	}
	x := of.At(closing)
	return !x.Open() && x.Late == 0
}

// groupIdle words FIN206. Where the server closes first, the clients' timeouts
// are the longer ones, and a request may cross its FIN.
func groupIdle(g *model.Group) (message, advice string) {
	closer := side(g)
	if closer == "" {
		return "", ""
	}
	message = fmt.Sprintf("The %s closed after %s of silence", closer, among(g.Took))
	kind := model.ClientIdleTimeout
	if closer == "server" {
		kind = model.ServerIdleTimeout
	}
	if timers := g.TimersOf(kind); len(timers) > 0 {
		message += fmt.Sprintf(": %s idle %s of %s", article(len(timers), closer), plural(len(timers), "timeout", "timeouts"), timersOf(timers))
	}
	message += "."
	if closer == "server" {
		advice = inverted(g)
	}
	return message, advice
}

func article(n int, closer string) string {
	if n == 1 {
		return "a " + closer
	}
	return closer
}

// inverted says that the server's idle timeout is shorter than the client's,
// though it ought to be longer.
func inverted(g *model.Group) string {
	server, client := g.TimersOf(model.ServerIdleTimeout), g.TimersOf(model.ClientIdleTimeout)
	if len(server) == 0 {
		return ""
	}
	least := *server[0].Value
	text := fmt.Sprintf("The server's idle timeout (%s) is shorter than the client's", timeout(least))
	if n := len(client); n > 0 && *client[n-1].Value > least {
		text += fmt.Sprintf(" (%s)", timeout(*client[n-1].Value))
	}
	return text + ", so that a request may cross the server's FIN: let the client give idle connections up before that, or raise the server's."
}
