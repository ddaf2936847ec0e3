package payload

import (
	"math"

	"finwait/reassembly/frame"
	"finwait/reassembly/seqnum"
)

// Turn is what one end said before the other spoke again: payload in one
// direction. On a connection of requests and answers the client's turn is a
// request, the server's next one the answer.
type Turn struct {
	Extent

	// Messages are those of HTTP/1, in order, each where the one before ended. A last
	// Loose one stands for all that were met otherwise.
	Messages []Message
	Read     int64 // octets from the start on in which all Messages are known

	opening opening
}

// Extent is when, where and how much was said in a Turn.
type Extent struct {
	Start, End           frame.Time // of its first and last new payload
	StartFrame, EndFrame int64
	Bytes                int64         // octets of new payload captured
	At                   seqnum.Offset // sequence position of its first octet
}

// Known reports whether there was a turn at all.
func (t *Turn) Known() bool { return t.StartFrame != 0 }

// First returns the HTTP/1 message that t begins with; that of no turn at all is Unread.
func (t *Turn) First() Message {
	if len(t.Messages) == 0 || t.Messages[0].At != 0 {
		return Message{Length: -1}
	}
	return t.Messages[0]
}

// Through reports whether t is one whole HTTP/1 message, as its head tells, or its
// chunks. False where neither says how long the message is.
func (t *Turn) Through() bool {
	m := t.First()
	end, ok := m.End(MethodOther)
	return ok && t.Bytes == end
}

// Goodbye is longer than what any protocol says last, in octets.
const Goodbye = 64

// Farewell reports whether t is how SMTP, FTP, POP3 and IRC (QUIT), IMAP (LOGOUT) say
// goodbye, XMPP ends its stream, or LDAP unbinds. None of HTTP and TLS is one.
func (t *Turn) Farewell() bool { return t.Bytes <= Goodbye && t.opening.farewell() || t.unbinds() }

// unbinds reports whether t is a message of LDAP that is too short to be answered:
// Unbind or Abandon (RFC 4511 §4.3, §4.11).
func (t *Turn) unbinds() bool {
	const sequence, short = 0x30, 10
	return t.Bytes <= short && t.opening.n > 0 && t.opening.octet == sequence && !t.opening.line
}

// Text reports whether t is a line of text, as far as its first and its last octet tell.
func (t *Turn) Text() bool {
	return t.opening.n > 0 && t.opening.octet > ' ' && t.opening.octet < 0x7f && t.opening.line
}

// CloseFrame reports whether t begins as the close frame of a WebSocket does (RFC 6455
// §5.5.1).
func (t *Turn) CloseFrame() bool {
	const header, final, closing = 2, 0x80, 8
	return t.opening.n >= header && t.opening.octet == final|closing
}

// MayAsk reports whether t is a request of HTTP/1, or what was captured of it is too
// short to tell: a method begins with a letter (RFC 9110 §9.1), and empty lines may stand
// before it (RFC 9112 §2.2). A frame of a WebSocket begins with neither.
func (t *Turn) MayAsk() bool {
	o := &t.opening
	short := int(o.n) < len("GET / HTTP/1.1\r\n")
	return t.First().Form == Request || short && (o.n == 0 || o.octet >= 'A' && o.octet <= 'z' || o.octet == '\r')
}

// opening is how a turn begins.
type opening struct {
	n     uint8 // octets of it that were captured without a gap, at most 255
	octet uint8 // the first; valid iff n > 0

	line bool // what was captured of it ends with a line feed

	begun  uint8 // how many octets, from the first on, are those of QUIT or of a stream's end
	logout uint8 // how many octets of LOGOUT were met last
}

// The farewells; the first two stand at the start, LOGOUT behind a tag.
const (
	wordQuit   = "QUIT"
	wordStream = "</STREAM:"
	wordLogout = "LOGOUT"
)

// add takes in a piece of a turn that begins at from. No farewell is looked for where the
// turn is too long for one, or mayLeave is false.
func (o *opening) add(p *Piece, from seqnum.Offset, mayLeave bool) {
	at := from + seqnum.Offset(o.n) - p.At
	if at < 0 || at >= seqnum.Offset(len(p.Octets)) || o.n == math.MaxUint8 {
		return
	}
	octets := p.Octets[at:]
	if o.n == 0 {
		o.octet = octets[0]
	}
	n := int(o.n) + len(octets)
	o.line = n <= Goodbye && octets[len(octets)-1] == '\n'
	if n > Goodbye || !mayLeave {
		o.begun, o.logout = 0, 0 // it says something else
	} else {
		for i, c := range octets {
			o.spell(int(o.n)+i, c)
		}
	}
	o.n = uint8(min(n, math.MaxUint8))
}

// spell takes in octet i.
func (o *opening) spell(i int, c byte) {
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	if word := o.word(); i == int(o.begun) && i < len(word) && c == word[i] {
		o.begun++
	}
	switch {
	case int(o.logout) == len(wordLogout):
	case c == wordLogout[o.logout]:
		o.logout++
	case c == wordLogout[0]:
		o.logout = 1
	default:
		o.logout = 0
	}
}

func (o *opening) farewell() bool {
	return int(o.begun) == len(o.word()) || int(o.logout) == len(wordLogout)
}

// word returns the farewell that may stand at the start.
func (o *opening) word() string {
	if o.octet == wordStream[0] {
		return wordStream
	}
	return wordQuit
}
