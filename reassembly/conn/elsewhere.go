package conn

import (
	"finwait/reassembly/segment"
)

// Elsewhere says that a client's SYN to one address was answered from another: there are
// two connections, of which one has the SYN without an answer and the other an answer that
// the client reset or ignored.
type Elsewhere struct {
	Asked  bool             // the connection is the one with the SYN; else the one with the answer
	Stream uint32           // of the other connection
	Server segment.Endpoint // of the other connection
	SYN    int64            // the frame of the SYN that was not answered from its own address
	Answer Point            // the SYN,ACK from the other address
	Reset  Point            // the client's RST in reply to it; Frame is 0 where there was none
}

// Opening is what the log of a connection says of its first moments.
type Opening struct {
	Server   segment.Endpoint
	SYN      int64 // the client's first SYN; 0 where none was captured
	Answer   Point // the server's first SYN,ACK; Frame is 0 where there was none
	Reset    Point // the client's first RST behind that, likewise
	Answered bool  // the server sent anything at all
	Settled  bool  // the client went on behind the SYN,ACK
}

// Opening returns that of a connection whose client is a side.
func (x *Store) Opening(h *Head, client uint8) (o Opening) {
	o.Server = h.Addr[1-client]
	for _, g := range x.logs.Of(&h.log) {
		at := Point{g.number(), g.time}
		switch {
		case g.side() != client:
			o.Answered = true
			if o.Answer.Frame == 0 && g.flags.Has(segment.SYN|segment.ACK) {
				o.Answer = at
			}
		case g.flags.Has(segment.SYN):
			if o.SYN == 0 {
				o.SYN = g.number()
			}
		case g.flags.Has(segment.RST):
			if o.Answer.Frame != 0 && o.Reset.Frame == 0 {
				o.Reset = at
			}
		default:
			o.Settled = true
		}
	}
	return o
}

// Unanswered reports whether the connection has a SYN and nothing else.
func (o *Opening) Unanswered() bool { return o.SYN != 0 && !o.Answered && !o.Settled }

// Unwanted reports whether the connection has an answer that the client reset or ignored.
func (o *Opening) Unwanted() bool { return o.Answer.Frame != 0 && !o.Settled }

// Frames calls visit with the frames that an Elsewhere may name.
func (o *Opening) Frames(visit func(frame int64)) {
	visit(o.SYN)
	visit(o.Answer.Frame)
	visit(o.Reset.Frame)
}

// Elsewhere returns what is known of another connection that has the answer to the SYN of
// this one, or the SYN that this one answers; ok is false where there is none.
func (c *Conn) Elsewhere() (e Elsewhere, ok bool) {
	if c.from.Elsewhere == nil {
		return Elsewhere{}, false
	}
	return *c.from.Elsewhere, true
}

// AnsweredElsewhere reports whether there is an Elsewhere.
func (c *Conn) AnsweredElsewhere() bool { return c.from.Elsewhere != nil }
