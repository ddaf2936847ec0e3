package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// fin208 reports requests on a connection that the other side had closed.
var fin208 = &model.Rule{
	ID:       "FIN208",
	Name:     "stale-connection-reuse",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "a request was sent on a connection that the other side had closed",
		Text: `The server closed; the client's kernel acknowledged its FIN, but the application left the connection in
its pool and later sent a request on it. The server has no socket for it any more and answers with an RST. The client could
have known: its socket was readable, at end of file, all the time (CLOSE-WAIT).`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.012 A PSH,ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
0.022 B PSH,ACK data "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
0.023 A ACK
5.022 B FIN,ACK
5.063 A ACK
9.000 A PSH,ACK data "GET /2 HTTP/1.1\r\nHost: a.example\r\n\r\n"
9.010 B RST
10.000 end`,
		Confirm: "On the client: ss -tnp state close-wait shows the pooled connections that the other side has closed.",
		Change: `Let the pool look for the end of file before it hands out a connection, or watch idle ones; keep idle
connections for less time than the server does.`,
		Harmless: "Where the client notices the RST and repeats the request by itself.",
		Source:   "RFC 9293 §3.6.1, §3.10.7.1; RFC 9112 §9.3; Linux tcp_v4_rcv() and tcp_timewait_state_process()",
	},
	Check:  checkStaleReuse,
	Doubts: unseen(clockStep),
}

func checkStaleReuse(p *model.Pass) {
	c := p.Conn
	closer := c.FirstCloser
	fin := finOf(c, closer)
	if fin == nil {
		return
	}
	asker := closer.Peer()
	request := p.Exchanges.LastRequest(asker)
	if asker != conn.Client || request == nil || !request.Covers(fin.Pos+1) || !p.Exchanges.Asks(asker) || !fin.Acked {
		return
	}
	since := request.Time.Sub(fin.ACKTime)
	if c.Dialog.Protocol != payload.HTTP1 && since < p.Config.Patience {
		return // the end of something longer, more likely
	}
	rst := resetBy(c, closer, request.Frame)
	if rst == nil && (acknowledged(c, closer, request) || c.Until.Sub(request.Time) < p.Config.UnansweredSYN) {
		return // the closer still reads, or there was no time to answer
	}
	f := staleReuse{asker: asker, since: since}
	if fin.ACKFrame == request.Frame && !fin.Implied {
		f.since, f.itself = request.Time.Sub(fin.Time), true
	}
	frames := []int64{fin.Frame, fin.ACKFrame, request.Frame}
	if rst != nil {
		f.reset, f.after = true, rst.Time.Sub(request.Time)
		frames = append(frames, rst.Frame)
	}
	p.Report(f, model.Verdict{Side: asker, Frames: frames, Took: took(f.since, conn.ExactBound)})
}

// staleReuse is a request on a connection that the other side had closed.
type staleReuse struct {
	asker  conn.Role
	since  time.Duration // the acknowledgment of the FIN
	itself bool          // the request is that acknowledgment; then since the FIN
	reset  bool          // the request met an RST
	after  time.Duration // how long after it; valid iff reset
}

func (f staleReuse) Message() string {
	closer := f.asker.Peer()
	after := fmt.Sprintf("its kernel had acknowledged the %s's FIN", closer)
	if f.itself {
		after = fmt.Sprintf("the %s's FIN, which it acknowledges", closer)
	}
	met := "nothing came in answer"
	if f.reset {
		met = fmt.Sprintf("it met an RST %s later", span(f.after))
	}
	return fmt.Sprintf("the %s sent a request %s after %s: %s", f.asker, span(f.since), after, met)
}

func (f staleReuse) Advice() string {
	return fmt.Sprintf("Let the %s look for the end of file before it takes a connection from its pool, and keep idle ones for less time than the %s does.",
		f.asker, f.asker.Peer())
}
