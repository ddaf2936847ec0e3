package payload

import (
	"finwait/reassembly/frame"
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

// Through reports whether t is one whole HTTP/1 message, as its head tells. False where
// the head does not say how long the message is.
func (t *Turn) Through() bool {
	m, ok := Read(t.head)
	return ok && m.Whole && m.Length >= 0 && t.Bytes == int64(m.Head)+m.Length
}

// tailLen is how many octets are kept of the end of what each side said.
const tailLen = 8

// Tail is the end of a side's payload so far.
type Tail struct {
	End    seqnum.Offset // the sequence position behind it
	octets [tailLen]byte
	n      uint8
}

// Octets returns the last octets of payload that were captured; none where a segment
// was not captured whole. They are what the network carried: never print them unescaped.
func (t *Tail) Octets() []byte { return t.octets[:t.n] }

// keep takes in the end of a piece.
func (t *Tail) keep(p *Piece) {
	octets := p.Octets
	if !p.whole() {
		t.n = 0
		return
	}
	if p.At != t.End {
		t.n = 0
	}
	t.End = p.At + seqnum.Offset(len(octets))
	if len(octets) >= tailLen {
		octets = octets[len(octets)-tailLen:]
		t.n = 0
	}
	if over := int(t.n) + len(octets) - tailLen; over > 0 {
		copy(t.octets[:], t.octets[over:t.n])
		t.n -= uint8(over)
	}
	t.n += uint8(copy(t.octets[t.n:], octets))
}
