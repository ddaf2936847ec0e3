package exchange

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
	"finwait/reassembly/seqnum"
)

// Exchanges answers what was asked on one connection, and what came of it. What is
// asked twice is worked out once.
type Exchanges struct {
	Conn *conn.Conn

	last  Exchange
	when  when
	known bool // last is that at when
	asked asked
	read  bool // asked is that of the client's last turn
}

// when is the frame at which a connection is looked at, and the sequence position up to
// which the client has what the server sent.
type when struct {
	frame    int64
	received seqnum.Offset
}

// Of makes s the Exchanges of a connection.
func (s *Exchanges) Of(c *conn.Conn) { s.Conn, s.known, s.read = c, false, false }

// At returns the last exchange, and what had come of its answer, at the client's segment
// closing. It is valid until the next call of At or Sent.
func (s *Exchanges) At(closing *conn.Mark) *Exchange {
	return s.at(when{closing.Frame, closing.Ack})
}

// Sent returns the last exchange, and what the server had sent of its answer in all, at a
// segment of either end. It is valid until the next call of At or Sent.
func (s *Exchanges) Sent(m *conn.Mark) *Exchange {
	end := m.Ack
	if m.By(conn.Server) {
		end = m.End()
	}
	return s.at(when{m.Frame, max(end, s.Conn.PayloadEnd(conn.Server))})
}

func (s *Exchanges) at(w when) *Exchange {
	if !s.known || s.when != w {
		s.when, s.known = w, true
		s.last = Exchange{Protocol: s.Conn.Dialog.Protocol, What: "request", Whole: true, Answer: Unasked}
		s.last.find(s)
	}
	return &s.last
}

// Closing returns the segment with which one side closed first: its FIN, or the RST that it
// aborted with. It is nil where both closed at once, or that segment is not remembered.
func (s *Exchanges) Closing() *conn.Mark {
	c, closer := s.Conn, s.Conn.FirstCloser
	if closer != conn.Client && closer != conn.Server {
		return nil
	}
	if f := &c.FIN[closer]; f.Known {
		return c.MarkOf(f.Frame)
	}
	if rst := &c.RST; rst.Ended && rst.By == closer && rst.Kind == conn.RSTAbort {
		return c.MarkOf(rst.Frame)
	}
	return nil
}

// received reports whether who received everything before a sequence position had then
// some of what its peer began to send in a frame. What is not remembered counts as received.
func (s *Exchanges) received(before seqnum.Offset, frame int64) bool {
	m := s.Conn.MarkOf(frame)
	return m == nil || m.Seq < before
}

// knew reports whether who closed with segment closing knew by then of what r began to
// send in a frame.
func (s *Exchanges) knew(closing *conn.Mark, r conn.Role, frame int64) bool {
	return closing.By(r) || s.received(closing.Ack, frame)
}

// requests returns the requests of the client's last turn.
func (s *Exchanges) requests() asked {
	if !s.read {
		s.asked, s.read = readRequests(&s.Conn.Dialog.Last[conn.Client]), true
	}
	return s.asked
}

// Request is what a client asked.
type Request struct {
	Start, End frame.Time
	Frame      int64 // that it begins in; 0 where nothing was asked
	Bytes      int64
	First      bool   // nothing was asked before it on its connection
	Turns      uint32 // how often the client had spoken, with the last turn of all
	Single     bool   // one segment holds all of that turn
}

// Request returns the last request that began up to a frame.
func (s *Exchanges) Request(upTo int64) Request {
	r := s.turn()
	if s.Conn.Dialog.Protocol == payload.TLS {
		r, _ = s.sealed(upTo)
	}
	if r.Frame > upTo {
		return Request{}
	}
	return r
}

// turn returns what the client said last.
func (s *Exchanges) turn() Request {
	d := &s.Conn.Dialog
	t := &d.Last[conn.Client]
	turns := d.Turns[conn.Client]
	return Request{t.Start, t.End, t.StartFrame, t.Bytes, turns == 1, turns, t.StartFrame == t.EndFrame}
}

// sealed returns the last request in TLS that began up to a frame, and the place of its
// burst; -1 where there was none.
func (s *Exchanges) sealed(upTo int64) (r Request, at int) {
	turn, shook := s.turn(), false // the handshake is among the bursts, and no answer since
	at = -1
	for i := range s.Conn.Dialog.Bursts {
		b := &s.Conn.Dialog.Bursts[i]
		switch {
		case b.StartFrame > upTo:
		case b.By == payload.Client && b.Kind == payload.HandshakeRecord:
			shook = true
		case b.By == payload.Server && b.Kind == payload.DataRecord:
			shook = false
		case b.Asks():
			r, at = Request{b.Start, b.End, b.StartFrame, b.Bytes, shook, turn.Turns, turn.Single}, i
			shook = false
		}
	}
	return r, at
}

// Answered reports whether who closed with segment closing knew by then of an answer to
// r: it came, and its peer's last ACK covers where it begins.
func (s *Exchanges) Answered(r Request, closing *conn.Mark) bool {
	c := s.Conn
	heard := func(frame int64) bool {
		return frame > r.Frame && frame < closing.Frame && s.knew(closing, conn.Server, frame)
	}
	if c.Dialog.Protocol == payload.TLS {
		for i := range c.Dialog.Bursts {
			if b := &c.Dialog.Bursts[i]; b.By == payload.Server && b.Kind == payload.DataRecord && heard(b.StartFrame) {
				return true
			}
		}
		return false
	}
	answer := &c.Dialog.Last[conn.Server]
	return answer.Known() && heard(answer.StartFrame)
}

// Crossed reports whether the server had not yet received r when it closed with segment
// closing.
func (s *Exchanges) Crossed(r Request, closing *conn.Mark) bool {
	return !s.received(closing.Ack, r.Frame)
}

// Status returns the status that the server's last turn begins with, 0 where it does not
// begin as a response in HTTP/1 does.
func (s *Exchanges) Status() uint16 { return s.Conn.Dialog.Last[conn.Server].First().Status }

// Whole reports whether all of the last request was sent, as far as its head in HTTP/1 tells.
func (s *Exchanges) Whole() bool {
	return s.Conn.Dialog.Protocol != payload.HTTP1 || s.requests().whole
}

// LooksWhole reports whether the last answer in HTTP/1 is whole, as far as that shows
// without its request: it is as long as it says, or ends with the last chunk.
func (s *Exchanges) LooksWhole() bool {
	d := &s.Conn.Dialog
	return d.Messages[conn.Server] >= d.Messages[conn.Client] &&
		(d.Last[conn.Server].Through() || d.Tails[conn.Server].Ending() == payload.EndingChunk)
}
