package rules

import (
	"fmt"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// fin205 reports connections that were closed in one direction on purpose.
var fin205 = &model.Rule{
	ID:       "FIN205",
	Name:     "deliberate-half-close",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "one side closed its direction only, and went on taking payload in",
		Text: `The closer's FIN said that it had no more to send, and it meant just that (shutdown with SHUT_WR): payload that
came afterwards was acknowledged. A kernel whose program had closed the socket would have answered with an RST. Such a socket
is not reaped in FIN-WAIT-2: tcp_fin_timeout concerns sockets without a program only.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 200
0.021 A FIN,ACK
0.040 B ACK
0.500 B ACK len 1000
0.501 A ACK
1.000 B FIN,ACK
1.001 A ACK`,
		Confirm:  "On the closer, while it lasts: ss -tnpe state fin-wait-2 shows a process and no timer; an orphan would show neither process nor inode.",
		Change:   "Nothing. Proxies in between must pass the half-close on, and not take it for the end of both directions.",
		Harmless: "Always: it says why the time in FIN-WAIT-2 is meant.",
		Source:   "RFC 9293 §3.6.1 (half-closed connections); Linux tcp_rcv_state_process(): payload after close is answered with an RST",
	},
	Check:  checkDeliberateHalfClose,
	Doubts: unseen(packetsMissing),
}

func checkDeliberateHalfClose(p *model.Pass) {
	c := p.Conn
	closer, sent, taken := c.AfterFIN()
	if taken <= 0 || onlyGoodbye(p.Exchanges, closer.Peer(), sent) {
		return
	}
	fin := &c.FIN[closer]
	var payload, ack int64
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Frame <= fin.Frame:
		case payload == 0 && m.By(closer.Peer()) && m.HasPayload():
			payload = m.Frame
		case payload != 0 && ack == 0 && m.By(closer):
			ack = m.Frame
		}
	}
	p.Report(deliberate{closer, sent, taken}, model.Verdict{
		Side:   closer,
		Frames: []int64{fin.Frame, fin.ACKFrame, payload, ack},
		Took:   took(c.HalfClosed.For, c.HalfClosed.Bound),
	})
}

// onlyGoodbye reports whether the n octets that r sent behind its peer's FIN are no more than an
// alert of TLS, the close frame of a WebSocket, or a QUIT: its peer need not have meant to
// read them.
func onlyGoodbye(x *exchange.Exchanges, r conn.Role, n int64) bool {
	t := &x.Conn.Dialog.Last[r]
	if p := x.Conn.Dialog.Protocol; p == payload.TLS || p == payload.HTTP1 {
		return x.LastWord(r, n)
	}
	return n <= payload.Goodbye && t.Farewell()
}

// deliberate is a half-close that was meant.
type deliberate struct {
	closer      conn.Role
	sent, taken int64 // payload of the other side behind the FIN, and what the closer acknowledged of it
}

func (f deliberate) Message() string {
	of := octets(f.taken)
	if f.sent > f.taken {
		of = fmt.Sprintf("%d of %s", f.taken, octets(f.sent))
	}
	return fmt.Sprintf("the %s's FIN closed its own direction only: it acknowledged %s that the %s sent afterwards", f.closer, of, f.closer.Peer())
}

func (f deliberate) Advice() string {
	return "Nothing needs to change for that: one side may end its own direction and still read."
}
