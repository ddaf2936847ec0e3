package payload

import "finwait/reassembly/seqnum"

// tailLen is how many octets are kept of the end of what each side said: as many as the
// last chunk takes.
const tailLen = len(lastChunk)

// lastChunk ends a chunked body without a trailer (RFC 9112 §7.1).
const lastChunk = "0\r\n\r\n"

// Tail is the end of a side's payload so far.
type Tail struct {
	End    seqnum.Offset // the sequence position behind it
	octets [tailLen]byte
	n      uint8
}

// Ending is how a Tail ends.
type Ending uint8

// The endings.
const (
	EndingUnknown Ending = iota // too few octets were captured
	EndingOther
	EndingLine  // with an empty line, as a trailer does
	EndingChunk // with the last chunk
)

// Ending returns how t ends.
func (t *Tail) Ending() Ending {
	switch octets := string(t.octets[:t.n]); {
	case len(octets) < tailLen:
		return EndingUnknown
	case octets == lastChunk:
		return EndingChunk
	case octets[1:] == lastChunk[1:]:
		return EndingLine
	}
	return EndingOther
}

// add takes in the end of a piece.
func (t *Tail) add(p *Piece) {
	octets := p.Octets
	if len(octets) < int(p.Size) {
		t.n = 0
		return
	}
	if p.At != t.End {
		t.n = 0
	}
	t.End = p.At + seqnum.Offset(len(octets))
	if len(octets) >= tailLen {
		t.n = uint8(copy(t.octets[:], octets[len(octets)-tailLen:]))
		return
	}
	if over := int(t.n) + len(octets) - tailLen; over > 0 {
		copy(t.octets[:], t.octets[over:t.n])
		t.n -= uint8(over)
	}
	t.n += uint8(copy(t.octets[t.n:], octets))
}
