package conn

import (
	"bytes"
	"strconv"

	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// HeadLen is how many octets are kept of the start of a turn.
const HeadLen = 384

// Turn is what one end said before the other spoke again: payload in one
// direction. On a connection of requests and answers the client's turn is a
// request, the server's next one the answer.
type Turn struct {
	Extent
	head []byte
}

// Extent is when, where and how much was said in a Turn.
type Extent struct {
	Start, End           frame.Time // of its first and last new payload
	StartFrame, EndFrame uint32
	Bytes                int64         // octets of new payload captured
	At                   seqnum.Offset // sequence position of its first octet
}

// Head returns the captured start of the turn's payload, at most HeadLen
// octets. It is what the network carried: never print it unescaped.
func (t *Turn) Head() []byte { return t.head }

// Known reports whether there was a turn at all.
func (t *Turn) Known() bool { return t.StartFrame != 0 }

// talk is what both ends of a connection said last, and how often they spoke.
type talk struct {
	last    [2]lastTurn // by side
	turns   [2]uint32
	said    [2]uint32        // HTTP/1 requests or responses
	next    [2]seqnum.Offset // where the next of them begins, if the one before tells; 0 where it does not
	alerts  [2]Alert
	tails   [2]tail
	tls     uint32 // index into Store.requests, or 0
	speaker uint8
	proto   Protocol
}

// lastTurn is a Turn with its head in Store.heads.
type lastTurn struct {
	Extent
	head slab.Run
}

// newHeadStore returns a store for the heads of turns.
func newHeadStore() slab.Store[byte] { return slab.NewStore[byte](64, 128, 256, HeadLen) }

// Protocol is the application protocol, by how its messages begin.
type Protocol uint8

// The protocols that are told apart.
const (
	ProtocolUnknown Protocol = iota
	HTTP1
	HTTP2
	TLS
)

var protocolNames = [...]string{"", "http/1", "http/2", "tls"}

func (p Protocol) String() string { return protocolNames[p] }

// Alert is a TLS alert that was sent in the clear (RFC 8446 §6).
type Alert struct {
	Frame       uint32 // 0 where there was none
	Level       uint8  // 1 warning, 2 fatal
	Description uint8
}

// AlertSize is the most that a TLS alert record takes with any cipher in use:
// header, initialization vector, padding and authentication code (RFC 5246 §6.2.3).
// What a server sends last on a TLS connection and is no longer answers nothing.
const AlertSize = 96

// alertNames are the alerts that end connections most (RFC 8446 §6).
var alertNames = map[uint8]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure", 42: "bad_certificate",
	43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
	47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
	70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 90: "user_canceled",
	112: "unrecognized_name", 116: "certificate_required", 120: "no_application_protocol",
}

// String returns the alert's level and its name, or its number.
func (a Alert) String() string {
	level := "warning"
	if a.Level == 2 {
		level = "fatal"
	}
	if name := alertNames[a.Description]; name != "" {
		return level + " " + name
	}
	return level + " " + strconv.Itoa(int(a.Description))
}

// hear takes in new payload of one side. in is the talk of its connection, made
// where there was none.
func (x *Store) hear(in *uint32, p frame.Frame, s *segment.Segment, side uint8, seq seqnum.Offset, fresh int64) {
	if *in == 0 {
		i, k := x.talks.Alloc()
		*k = talk{speaker: noSide}
		*in = i
	}
	k := x.talks.At(*in)
	turn := &k.last[side]
	if k.speaker != side {
		k.speaker = side
		k.turns[side]++
		turn.Extent = Extent{Start: p.Time, StartFrame: uint32(p.Number), At: seq}
		turn.head.N = 0
		k.next[side] = seq
	}
	if n := int(turn.head.N); n < HeadLen && seq == turn.At+seqnum.Offset(n) {
		x.lengthen(&turn.head, s.Payload)
		if n == 0 { // the payload is at hand, the head's room perhaps in no cache
			k.recognise(s.Payload[:turn.head.N])
		}
	}
	if k.proto == HTTP1 {
		k.messages(s.Payload, side, seq)
	}
	turn.End, turn.EndFrame = p.Time, uint32(p.Number)
	turn.Bytes += fresh
	k.tails[side].keep(s.Payload, len(s.Payload) == int(s.PayloadLen), seq)
	if k.proto == TLS {
		if k.tls == 0 {
			i, q := x.requests.Alloc()
			*q = requests{}
			k.tls = i
		}
		x.requests.At(k.tls).records(s.Payload, s.PayloadLen, side, seq, uint32(p.Number), p.Time)
		k.alert(s.Payload, side, p.Number)
	}
}

// lengthen appends payload to a head, as much as belongs there.
func (x *Store) lengthen(head *slab.Run, payload []byte) {
	n := int(head.N)
	all := min(n+len(payload), HeadLen)
	x.heads.Reserve(head, all)
	head.N = uint16(all)
	copy(x.heads.Of(head)[n:], payload)
}

// http2Preface is how a client begins HTTP/2 (RFC 9113 §3.4).
var http2Preface = []byte("PRI * HTTP/2.0\r\n")

// recognise looks at how a turn begins.
func (k *talk) recognise(head []byte) {
	switch {
	case bytes.HasPrefix(head, http2Preface):
		k.proto = HTTP2
	case k.proto != ProtocolUnknown:
	case payload.IsRequest(head) || payload.IsResponse(head):
		k.proto = HTTP1
	case len(head) >= 5 && head[0] >= 20 && head[0] <= 23 && head[1] == 3 && head[2] <= 4:
		k.proto = TLS // a record header (RFC 8446 §5.1)
	}
}

// alert looks for a TLS alert record that is not encrypted: two octets long.
func (k *talk) alert(payload []byte, side uint8, frame int) {
	const header, alertType, alertLen = 5, 21, 2
	for len(payload) >= header {
		size := int(payload[3])<<8 | int(payload[4])
		if payload[0] == alertType && size == alertLen && len(payload) >= header+alertLen && payload[5] >= 1 && payload[5] <= 2 {
			k.alerts[side] = Alert{uint32(frame), payload[5], payload[6]}
		}
		if payload[0] < 20 || payload[0] > 23 || len(payload) < header+size {
			return
		}
		payload = payload[header+size:]
	}
}

// Talk returns what r said last; the zero Turn where it said nothing.
func (c *Conn) Talk(r Role) *Turn { return &c.turns[r] }

// Turns returns how often r spoke.
func (c *Conn) Turns(r Role) int64 {
	if c.from.talk == nil {
		return 0
	}
	return int64(c.from.talk.turns[uint8(r)^c.client])
}

// Messages returns how many HTTP/1 requests or responses of r were seen to begin;
// interim responses (RFC 9110 §15.2) do not count.
func (c *Conn) Messages(r Role) int64 {
	if c.from.talk == nil {
		return 0
	}
	return int64(c.from.talk.said[uint8(r)^c.client])
}

// Through reports whether what r said last is one whole HTTP/1 message, as its head
// tells. False where the head does not say how long the message is.
func (c *Conn) Through(r Role) bool {
	t := &c.turns[r]
	if c.Protocol() != HTTP1 {
		return false
	}
	m, ok := payload.Read(t.head)
	return ok && m.Whole && m.Length >= 0 && t.Bytes == int64(m.Head)+m.Length
}

// Protocol returns the application protocol, as far as it was recognised.
func (c *Conn) Protocol() Protocol {
	if c.from.talk == nil {
		return ProtocolUnknown
	}
	return c.from.talk.proto
}

// Alert returns the last readable TLS alert of r.
func (c *Conn) Alert(r Role) Alert {
	if c.from.talk == nil {
		return Alert{}
	}
	return c.from.talk.alerts[uint8(r)^c.client]
}
