package rules

import (
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// answer says what had come of the answer to the last request when the client
// closed.
type answer uint8

const (
	unclear  answer = iota
	unasked         // there was no request
	missing         // not one octet
	partial         // some of it
	complete        // all of it
	endless         // what there was of events, which go on until somebody leaves
)

// exchange is the last request of a connection, and what had come of its answer
// at some segment of the client's: the one that closed.
type exchange struct {
	proto      payload.Protocol
	what       string // "GET request" or the like
	start, end capture.Time
	frame      uint32
	bytes      int64
	whole      bool // all of the request was sent, as far as its head tells
	first      bool // it is the first on its connection
	single     bool // one segment holds all of it

	answer answer
	got    int64        // octets of the answer that the client had received
	heard  capture.Time // when the last of them came, at the latest

	late      int64 // octets that it had not received when it closed
	lateStart capture.Time
	lateFrame uint32
}

// exchangeAt reads the last exchange before the client's segment closing.
func exchangeAt(c *conn.Conn, closing *conn.Mark) exchange {
	x := exchange{proto: c.Dialog.Protocol, what: "request", whole: true, answer: unasked}
	req, ans := &c.Dialog.Last[conn.Client], &c.Dialog.Last[conn.Server]
	if !req.Known() {
		return x
	}
	x.start, x.end, x.frame, x.bytes, x.first = req.Start, req.End, req.StartFrame, req.Bytes, c.Dialog.Turns[conn.Client] == 1
	x.single = req.StartFrame == req.EndFrame
	if x.proto == payload.TLS {
		x.tls(c, closing)
		x.findLate(c, closing, ans)
		return x
	}
	switch {
	case ans.Known() && ans.StartFrame > req.StartFrame:
		x.got = int64(max(min(closing.Ack, max(c.PayloadEnd(conn.Server), behind(ans)))-ans.At, 0)) // what was acknowledged came, captured or not
		x.heard = ans.End
		if ans.EndFrame > closing.Frame {
			x.heard = lastBefore(c, closing, ans.Start)
		}
		x.answer = unclear
		if x.got == 0 {
			x.answer = missing
		}
	case closing.Ack > behind(ans):
		x.answer = unclear // it had received what the capture lacks
	default:
		x.answer = missing
	}
	if x.proto == payload.HTTP1 {
		x.http(c, req, ans)
	}
	x.findLate(c, closing, ans)
	if x.answer == unclear && x.proto == payload.HTTP1 && x.late > 0 && x.got > 0 {
		x.answer = partial
	}
	return x
}

// lastBefore returns when the latest payload of the server came that the client
// had received when it closed; first is when the first did.
func lastBefore(c *conn.Conn, closing *conn.Mark, first capture.Time) capture.Time {
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.By(conn.Server) && m.Len > 0 && m.End() <= closing.Ack {
			first = max(first, m.Time)
		}
	}
	return first
}

// behind returns the sequence position behind a turn; behind a SYN where there
// was none.
func behind(t *payload.Turn) seqnum.Offset {
	if !t.Known() {
		return 1
	}
	return t.At + seqnum.Offset(t.Bytes)
}

// findLate looks for what the server sent that the client had not received when
// it closed.
func (x *exchange) findLate(c *conn.Conn, closing *conn.Mark, ans *payload.Turn) {
	if !ans.Known() || ans.StartFrame < x.frame {
		return
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.By(conn.Server) && m.HasPayload() && !m.Has(segment.RST) && m.End() > closing.Ack && m.Frame >= x.frame {
			x.lateStart, x.lateFrame = m.Time, m.Frame
			break
		}
	}
	if x.lateFrame != 0 {
		x.late = int64(max(behind(ans)-max(closing.Ack, ans.At), 0))
	}
	if x.proto == payload.TLS && x.late <= payload.AlertSize { // close_notify answers the FIN, not the request
		x.late, x.lateFrame = 0, 0
	}
}

// tls finds the last request in a conversation of which only the records show.
func (x *exchange) tls(c *conn.Conn, closing *conn.Mark) {
	bursts := c.Dialog.Bursts
	x.answer, x.what = unclear, "TLS request"
	if c.Dialog.Turns[conn.Server] == 0 {
		x.answer, x.what = missing, "TLS ClientHello"
		return
	}
	for i := len(bursts) - 1; i >= 0; i-- {
		b := &bursts[i]
		if !b.Asks() || b.StartFrame > closing.Frame {
			continue
		}
		x.start, x.end, x.frame, x.bytes = b.Start, b.End, b.StartFrame, b.Bytes
		x.answer = missing
		for _, a := range bursts[i+1:] {
			if a.By == payload.Server && a.Kind != payload.AlertRecord && a.Kind != payload.TicketRecord && !x.unseen(c, &a, closing) {
				x.answer = unclear
				x.got += a.Bytes
			}
		}
		return
	}
	x.answer = unasked
}

// unseen reports whether the client had received nothing of a burst when it
// closed.
func (x *exchange) unseen(c *conn.Conn, a *payload.Burst, closing *conn.Mark) bool {
	if a.StartFrame > closing.Frame {
		return true
	}
	m := c.MarkOf(a.StartFrame)
	return m != nil && m.Seq >= closing.Ack
}

// ticketsOnly reports whether all that the server sent after the request may have
// been session tickets.
func ticketsOnly(c *conn.Conn, from uint32) bool {
	for _, b := range c.Dialog.Bursts {
		if b.Kind == payload.TicketRecord && b.StartFrame > from {
			return true
		}
	}
	return false
}

// waited returns how long the client waited between its request and closing.
func (x *exchange) waited(closing *conn.Mark) time.Duration {
	return max(closing.Time.Sub(x.end), 0)
}
