package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// fin207 reports requests that crossed the FIN with which the other side closed
// an idle connection.
var fin207 = &model.Rule{
	ID:       "FIN207",
	Name:     "keepalive-race",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "a request crossed the other side's idle close and was lost",
		Text: `One side closed an idle connection while the other was sending its next request on it. Neither could know:
the FIN does not acknowledge the request, the request does not acknowledge the FIN. The closer has no socket any more,
so the request meets an RST, and the application sees "connection reset by peer", "EOF" or, behind a proxy, a 502. It
happens to one request in thousands, whenever the side that waits for requests gives up idle connections first.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.012 A PSH,ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
0.022 B PSH,ACK data "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
0.023 A ACK
5.020 A PSH,ACK data "GET /2 HTTP/1.1\r\nHost: a.example\r\n\r\n"
5.022 B FIN,ACK ack 35
5.023 A ACK
5.030 B RST
6.000 end`,
		Confirm: `nstat -az TcpExtTCPAbortOnData TcpEstabResets TcpOutRsts on the side that closed; in the proxy's log, 502 for
requests of a few milliseconds ("upstream prematurely closed connection").`,
		Change: `Let the side that sends requests give up idle connections first: its idle timeout has to be shorter than
the other's, by more than a round trip. Let it repeat requests that are safe to repeat (RFC 9110 §9.2.2).`,
		Harmless: "Where the client repeats the request by itself on another connection, as Go's net/http does with idempotent ones.",
		Source:   "RFC 9112 §9.3.1, §9.5; RFC 9293 §3.10.7.1 (the reset in answer to a segment without a socket)",
	},
	Check:  checkKeepAliveRace,
	Group:  groupRace,
	Frame:  framesAre("FIN207", "request", "RST"), // and an RST behind it that is not the one that the record has
	Doubts: unseen(clockStep),
}

func checkKeepAliveRace(p *model.Pass) {
	c := p.Conn
	closer := c.FirstCloser
	if closer == conn.BothRoles { // it may have closed as well when it learnt of the FIN
		closer = conn.Server
	}
	f := finOf(c, closer)
	if f == nil || f.Implied {
		return
	}
	asker, fin := closer.Peer(), c.MarkOf(f.Frame)
	if fin == nil {
		return
	}
	request := crossing(c, p.Exchanges.LastRequest(asker), fin)
	if request == nil || !p.Exchanges.Asks(asker) {
		return
	}
	rst := resetBy(c, closer, request.Frame)
	if rst == nil && acknowledged(c, closer, request) {
		return // the closer still read: it said that it is done sending, no more
	}
	idle := p.Exchanges.SilenceBefore(fin)
	found := keepAliveRace{asker: asker, idle: idle.Length, short: idle.Length < p.Config.IdleClose, apart: fin.Time.Sub(request.Time).Abs()}
	frames := []int64{fin.Frame, request.Frame}
	if rst != nil {
		found.reset, found.after = true, rst.Time.Sub(request.Time)
		frames = append(frames, rst.Frame)
	}
	p.Report(found, model.Verdict{Side: asker, Frames: frames, Took: took(idle.Length, conn.ExactBound)})
}

// keepAliveRace is a request that crossed a FIN.
type keepAliveRace struct {
	asker conn.Role
	idle  time.Duration // of the connection
	short bool          // that is too short for an idle timeout
	apart time.Duration // request and FIN
	reset bool          // the request met an RST
	after time.Duration // how long after it; valid iff reset
}

func (f keepAliveRace) Message() string {
	met := "was lost: nothing came in answer"
	if f.reset {
		met = fmt.Sprintf("met an RST %s later", span(f.after))
	}
	if f.short {
		return fmt.Sprintf("the %s's request crossed the FIN with which the %s closed the connection %s after the last payload (%s apart, neither acknowledges the other), and %s; no idle timeout is so short: a limit of requests, a reload or a shutdown",
			f.asker, f.asker.Peer(), span(f.idle), span(f.apart), met)
	}
	return fmt.Sprintf("the %s's request crossed the FIN with which the %s closed the connection after %s of silence (%s apart, neither acknowledges the other), and %s",
		f.asker, f.asker.Peer(), span(f.idle), span(f.apart), met)
}

func (f keepAliveRace) Advice() string {
	if f.short {
		return fmt.Sprintf("Repeat requests that are safe to repeat; let the %s announce its close (Connection: close), and drain before it reloads.", f.asker.Peer())
	}
	return fmt.Sprintf("Let the %s give up idle connections sooner than the %s does (after less than %s), and repeat requests that are safe to repeat.",
		f.asker, f.asker.Peer(), span(f.idle))
}

// crossing returns the first copy of a request that crossed a FIN: the two were
// sent without knowledge of each other, the request so late that it cannot have
// reached the closer before. nil where none did.
func crossing(c *conn.Conn, request, fin *conn.Mark) *conn.Mark {
	if request == nil {
		return nil
	}
	onWay := max(c.Allowance(conn.Role(fin.Side)), minRTO) // the path may not be known
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.Side == request.Side && m.Seq == request.Seq && m.HasPayload() && crossed(c, m, fin) && fin.Time.Sub(m.Time) <= onWay {
			return m
		}
	}
	return nil
}

// crossed reports whether a request and a FIN say nothing of each other: the
// request acknowledges all but the FIN, the FIN nothing of the request.
func crossed(c *conn.Conn, request, fin *conn.Mark) bool {
	end, alert := fin.End(), seqnum.Offset(0)
	if c.Dialog.Protocol == payload.TLS { // the close_notify before the FIN is no answer
		alert = payload.AlertSize
	}
	return request.Has(segment.ACK) && request.Ack <= end && request.Ack >= end-alert && fin.Ack <= request.Seq
}

// resetBy returns the first RST of r behind a frame, or nil.
func resetBy(c *conn.Conn, r conn.Role, frame int64) *conn.Mark {
	for i := range c.Marks {
		if m := &c.Marks[i]; m.Frame > frame && m.By(r) && m.Has(segment.RST) {
			return m
		}
	}
	return nil
}

// acknowledged reports whether r acknowledged a segment of its peer.
func acknowledged(c *conn.Conn, r conn.Role, sent *conn.Mark) bool {
	for i := range c.Marks {
		if m := &c.Marks[i]; m.By(r) && !m.Has(segment.RST) && m.Covers(sent.End()) {
			return true
		}
	}
	return false
}

// groupRace words FIN207.
func groupRace(g *model.Group) (message, advice string) {
	if s := g.Took; s.N > 0 && s.Low.Duration() < time.Second {
		why := "no idle timeout is so short: a reload, a stop or a limit of requests"
		if s.High.Duration() >= time.Second {
			why = "some so soon that it was no idle timeout but a reload, a stop or a limit of requests"
		}
		return fmt.Sprintf("Each time a request crossed the FIN with which the server closed the connection, %s after the last payload, and was lost: %s.",
			among(s), why), ""
	}
	message = "Each time a request crossed the FIN with which the server closed the idle connection, and was lost"
	if timers := g.TimersOf(model.ServerIdleTimeout); len(timers) > 0 {
		message += fmt.Sprintf(": a server idle timeout of %s, and a client that keeps connections longer", timersOf(timers))
	}
	return message + ".", inverted(g)
}
