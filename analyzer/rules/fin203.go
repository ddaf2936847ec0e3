package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
)

// fin203 reports answers to clients that had closed: they meet an RST.
var fin203 = &model.Rule{
	ID:       "FIN203",
	Name:     "late-response",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "the server sent payload after the client had closed for good, and met an RST",
		Text: `The client closed its socket, not just one direction of it, so its kernel has nobody to give payload to
and answers it with an RST. What the server sent is lost, and so is whatever its kernel still held. Usually the
client had run out of patience, or nobody wanted the rest of the answer.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 200
0.060 B ACK
0.820 A FIN,ACK
0.860 B ACK
3.000 B ACK len 1200
3.001 A RST`,
		Confirm:  "On the client: nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose; on the server: ss -tn state close-wait while it works, and EPIPE or ECONNRESET in its log.",
		Change:   "Raise the client's timeout above the time that answers take, or let the server stop its work when its peer has closed.",
		Harmless: "When the client no longer needs the answer, as a browser that leaves a page.",
		Source:   "RFC 9293 §3.6.1 (SHLD-3: reset when data is lost), RFC 1122 §4.2.2.13; Linux tcp_rcv_state_process() in net/ipv4/tcp_input.c",
	},
	Check:    checkLateResponse,
	Frame:    frameLate,
	Disorder: true,
	Doubts:   unseen(captureGap, packetsMissing),
}

func checkLateResponse(p *model.Pass) {
	c := p.Conn
	fin, rst := &c.FIN[conn.Client], &c.RST
	if !fin.Known || !rst.Ended || rst.By != conn.Client {
		return
	}
	late := firstLate(c)
	if late == nil {
		return
	}
	wasted := int64(c.PayloadEnd(conn.Server) - max(c.SndUna(conn.Server), 1))
	asked := &c.Dialog.Last[conn.Client]
	if !asked.Known() || c.Dialog.Protocol == payload.SSH || p.Exchanges.LastWord(conn.Server, wasted) || asked.Farewell() {
		return // nothing was asked, or that is no answer: FIN307
	}
	if closing := c.MarkOf(fin.Frame); closing != nil && c.Dialog.Protocol == payload.HTTP1 {
		if x := p.Exchanges.At(closing); x.Answer == exchange.Complete || x.Protocol == payload.ProtocolUnknown {
			return // the client had its answer, or this is a tunnel: FIN307
		}
	}
	v := model.Verdict{
		Side:   conn.Server,
		Frames: []int64{fin.Frame, fin.ACKFrame, late.Frame, rst.Frame},
	}
	f := lateResponse{wasted: wasted}
	switch {
	case fin.Acked && fin.ACKFrame < late.Frame:
		f.after, f.acknowledged = late.Time.Sub(fin.ACKTime), true
		v.Took = took(f.after, conn.ExactBound)
	case late.Time.Sub(fin.Time) <= c.Allowance(conn.Server) && !late.Covers(fin.Pos+1):
		v.Severity, f.crossed = model.Info, true
	default:
		f.after = late.Time.Sub(fin.Time)
		v.Took = took(f.after, conn.ExactBound)
	}
	p.Report(f, v)
}

// lateResponse is payload that met an RST.
type lateResponse struct {
	wasted       int64
	crossed      bool          // it was on its way when the client closed
	after        time.Duration // the client's FIN, or its acknowledgment
	acknowledged bool          // the server had acknowledged the FIN
}

func (f lateResponse) Message() string {
	lost := octets(f.wasted) + " met an RST"
	switch {
	case f.acknowledged:
		return fmt.Sprintf("the server sent payload %s after it had acknowledged the client's FIN; the client had closed for good, and %s", span(f.after), lost)
	case f.crossed:
		return fmt.Sprintf("the client closed for good while the server was sending: what was on its way crossed the FIN, and %s", lost)
	}
	return fmt.Sprintf("the server sent payload %s after the client's FIN; the client had closed for good, and %s", span(f.after), lost)
}

func (f lateResponse) Advice() string {
	if f.crossed {
		return "Nothing needs to change if the client meant to leave; else let it wait until the server is done."
	}
	return "Give the client more patience, or let the server stop when its client has closed."
}

// firstLate returns the first payload of the server that came after the
// client's FIN and that the client never acknowledged, or nil where the
// client's reset does not answer such payload.
func firstLate(c *conn.Conn) *conn.Mark {
	fin, rst := &c.FIN[conn.Client], c.MarkOf(c.RST.Frame)
	if rst == nil || misfit(c) != nil {
		return nil
	}
	if to := c.MarkOf(c.RST.ReplyTo); to != nil && !to.HasPayload() && c.SndUna(conn.Server) >= c.PayloadEnd(conn.Server) {
		return nil
	}
	from := fin.Frame
	if fin.Implied {
		from = fin.ACKFrame
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.Frame >= rst.Frame {
			return nil
		}
		end := m.End()
		if m.By(conn.Server) && m.HasPayload() && m.Frame >= from && end > c.SndUna(conn.Server) && !rst.Covers(end) {
			return m
		}
	}
	return nil
}
