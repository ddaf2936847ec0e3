package exchange

import (
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Answer says what had come of the answer to the last request when the client
// closed.
type Answer uint8

// The answers.
const (
	Unclear  Answer = iota
	Unasked         // there was no request
	Missing         // not one octet
	Partial         // some of it
	Complete        // all of it
	Endless         // what there was of events, which go on until somebody leaves
)

// Exchange is the last request of a connection, and what had come of its answer
// at some segment of the client's: the one that closed.
type Exchange struct {
	Request
	Protocol payload.Protocol // unknown of a tunnel, too
	What     string           // was asked: "GET request" or the like
	Whole    bool             // all of the request was sent, see Exchanges.Whole
	Short    int64            // octets of the declared length of its body that were not sent

	Answer Answer
	Got    int64      // octets of the answer that the client had received
	GotAt  frame.Time // when the last of them came, at the latest

	Late      int64 // octets that it had not received when it closed
	LateStart frame.Time
	LateFrame int64
}

// What was asked where TLS hides it.
const (
	clientHello = "TLS ClientHello"
	sealed      = "TLS request"
	bodyOnly    = "request body"
)

// Hello reports whether not more was asked than to begin TLS.
func (x *Exchange) Hello() bool { return x.What == clientHello }

// BodyOnly reports whether the turn begins in the middle of a request: the server spoke
// in between.
func (x *Exchange) BodyOnly() bool { return x.What == bodyOnly }

// Open reports whether the request had no answer, or not all of it.
func (x *Exchange) Open() bool { return x.Answer == Missing || x.Answer == Partial }

// find works out the last exchange before s.when.
func (x *Exchange) find(s *Exchanges) {
	c, received := s.Conn, s.when.received
	req, ans := &c.Dialog.Last[conn.Client], &c.Dialog.Last[conn.Server]
	if !req.Known() {
		return
	}
	x.Request = s.turn()
	if x.Protocol == payload.TLS {
		x.tls(s)
		x.findLate(s, ans)
		return
	}
	switch {
	case ans.Known() && ans.StartFrame > req.StartFrame:
		x.Got = int64(max(min(received, max(c.PayloadEnd(conn.Server), Behind(ans)))-ans.At, 0)) // what was acknowledged came, captured or not
		x.GotAt = ans.End
		if ans.EndFrame > s.when.frame {
			x.GotAt = lastBefore(c, received, ans.Start)
		}
		x.Answer = Unclear
		if x.Got == 0 {
			x.Answer = Missing
		}
	case received > Behind(ans):
		x.Answer = Unclear // it had received what the capture lacks
	default:
		x.Answer = Missing
	}
	if x.Protocol == payload.HTTP1 {
		x.http(s.requests(), &c.Dialog)
	}
	x.findLate(s, ans)
	if x.Answer == Unclear && x.Protocol == payload.HTTP1 && x.Late > 0 && x.Got > 0 {
		x.Answer = Partial
	}
}

// lastBefore returns when the latest payload of the server came that lies before
// received; first is when the first did.
func lastBefore(c *conn.Conn, received seqnum.Offset, first frame.Time) frame.Time {
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.By(conn.Server) && m.Len > 0 && m.End() <= received {
			first = max(first, m.Time)
		}
	}
	return first
}

// Behind returns the sequence position behind a turn; behind a SYN where there
// was none.
func Behind(t *payload.Turn) seqnum.Offset {
	if !t.Known() {
		return 1
	}
	return t.At + seqnum.Offset(t.Bytes)
}

// findLate looks for what the server sent that the client had not received.
func (x *Exchange) findLate(s *Exchanges, ans *payload.Turn) {
	received := s.when.received
	if !ans.Known() || ans.StartFrame < x.Frame {
		return
	}
	if m := s.unreceived(received, x.Frame); m != nil {
		x.Late, x.LateStart, x.LateFrame = int64(max(Behind(ans)-max(received, ans.At), 0)), m.Time, m.Frame
	}
	if x.Protocol == payload.TLS && x.Late <= payload.AlertSize { // close_notify answers the FIN, not the request
		x.Late, x.LateFrame = 0, 0
	}
}

// LateAfter returns the server's first payload behind segment closing of the client that the
// client had not received by then, or nil.
func (s *Exchanges) LateAfter(closing *conn.Mark) *conn.Mark {
	return s.unreceived(closing.Ack, closing.Frame+1)
}

// unreceived returns the server's first payload from a frame on of which something lies
// behind received, or nil.
func (s *Exchanges) unreceived(received seqnum.Offset, from int64) *conn.Mark {
	for i := range s.Conn.Marks {
		m := &s.Conn.Marks[i]
		if m.Frame >= from && m.By(conn.Server) && m.HasPayload() && m.End() > received && !m.Has(segment.RST) {
			return m
		}
	}
	return nil
}

// tls finds the last request in a conversation of which only the records show.
func (x *Exchange) tls(s *Exchanges) {
	c := s.Conn
	x.Answer, x.What = Unclear, sealed
	if c.Dialog.Turns[conn.Server] == 0 {
		x.Answer, x.What = Missing, clientHello
		return
	}
	r, i := s.sealed(s.when.frame)
	if i < 0 {
		x.Answer = Unasked
		return
	}
	x.Request, x.Answer = r, Missing
	for k := range c.Dialog.Bursts[i+1:] {
		a := &c.Dialog.Bursts[i+1+k]
		answers := a.By == payload.Server && a.Kind != payload.AlertRecord && a.Kind != payload.TicketRecord
		if answers && a.StartFrame <= s.when.frame && s.received(s.when.received, a.StartFrame) {
			x.Answer = Unclear
			x.Got += a.Bytes
		}
	}
}

// TicketsOnly reports whether all that the server sent after the request may have
// been session tickets.
func (x *Exchange) TicketsOnly(c *conn.Conn) bool {
	for _, b := range c.Dialog.Bursts {
		if b.Kind == payload.TicketRecord && b.StartFrame > x.Frame {
			return true
		}
	}
	return false
}

// Waited returns how long the client waited between its request and closing.
func (x *Exchange) Waited(closing *conn.Mark) time.Duration {
	return max(closing.Time.Sub(x.End), 0)
}
