package conn

import (
	"strconv"

	"finwait/reassembly/internal/slab"
	"finwait/reassembly/segment"
)

// The flag sequence of a connection: one token per segment, equal neighbours
// merged. It is bounded: the first headTokens and the last tailTokens are kept,
// and between them only how many segments were left out.
const (
	headTokens   = 64
	tailTokens   = 64
	inlineTokens = 12 // as many as an ordinary connection needs
)

// kind packs one token without its count: the control bits that are printed,
// and three bits of our own.
type kind uint16

const (
	kindFlags   kind = 0xff // segment.Flags, PSH cleared
	kindPayload kind = 1 << 8
	kindAgain   kind = 1 << 9 // a SYN or FIN at a position sent before
	kindSide    kind = 1 << 10
)

// tokens is the flag sequence while it is short. When it grows past
// inlineTokens it continues in a moreTokens.
type tokens struct {
	kinds  [inlineTokens]kind
	n      uint8
	more   uint32 // index into Store.more, or 0
	counts [inlineTokens]uint32
}

// moreTokens holds the tokens from inlineTokens on: the rest of the head, then
// a ring of the tail.
type moreTokens struct {
	kinds   [headTokens - inlineTokens + tailTokens]kind
	counts  [headTokens - inlineTokens + tailTokens]uint32
	n       uint32 // tokens so far, those of tokens not counted
	dropped uint64 // segments whose tokens the ring has lost
}

// slot returns where token i of m stands.
func (m *moreTokens) slot(i uint32) uint32 {
	const head = headTokens - inlineTokens
	if i < head {
		return i
	}
	return head + (i-head)%tailTokens
}

// add appends one segment to the sequence.
func (t *tokens) add(k kind, more *slab.Slab[moreTokens]) {
	if t.more != 0 {
		more.At(t.more).add(k)
		return
	}
	if t.n > 0 && t.kinds[t.n-1] == k {
		t.counts[t.n-1]++
		return
	}
	if t.n < inlineTokens {
		t.kinds[t.n], t.counts[t.n] = k, 1
		t.n++
		return
	}
	i, m := more.Alloc()
	*m = moreTokens{}
	t.more = i
	m.add(k)
}

func (m *moreTokens) add(k kind) {
	if m.n > 0 {
		if last := m.slot(m.n - 1); m.kinds[last] == k {
			m.counts[last]++
			return
		}
	}
	at := m.slot(m.n)
	if m.n >= uint32(len(m.kinds)) {
		m.dropped += uint64(m.counts[at])
	}
	m.kinds[at], m.counts[at] = k, 1
	m.n++
}

// appendTo writes the sequence out, which continues in m unless that is nil; client is the side whose tokens get '>'.
func (t *tokens) appendTo(dst []byte, m *moreTokens, client uint8) []byte {
	for i := range t.n {
		dst = appendToken(dst, t.kinds[i], t.counts[i], client)
	}
	if m == nil {
		return dst
	}
	tail := max(int(m.n)-tailTokens, headTokens-inlineTokens)
	for i := range int(m.n) {
		if i >= headTokens-inlineTokens && i < tail {
			continue
		}
		if i == tail && m.dropped > 0 {
			dst = append(append(dst, " ~"...), strconv.FormatUint(m.dropped, 10)...)
		}
		at := m.slot(uint32(i))
		dst = appendToken(dst, m.kinds[at], m.counts[at], client)
	}
	return dst
}

func appendToken(dst []byte, k kind, count uint32, client uint8) []byte {
	if len(dst) > 0 {
		dst = append(dst, ' ')
	}
	dir := byte('<')
	if (k&kindSide != 0) == (client == 1) {
		dir = '>'
	}
	dst = append(dst, dir)
	switch flags := segment.Flags(k & kindFlags); {
	case flags == 0:
		dst = append(dst, "none"...)
	case flags == segment.ACK && k&kindPayload != 0: // a bare ".d" is written "d"
	default:
		dst = flags.AppendLetters(dst)
	}
	if k&kindPayload != 0 {
		dst = append(dst, 'd')
	}
	if k&kindAgain != 0 {
		dst = append(dst, '!')
	}
	if count > 1 {
		dst = strconv.AppendUint(append(dst, '*'), uint64(count), 10)
	}
	return dst
}
