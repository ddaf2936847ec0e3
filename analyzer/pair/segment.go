package pair

import (
	"encoding/binary"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// seg is one captured segment, or what is left of one that was matched in part: what
// both captures can know of it.
type seg struct {
	at           frame.Time // by the clock of its capture
	frame        int64
	seq, ack     uint32
	tsVal, tsEcr uint32 // valid iff hasTS
	len          uint32 // payload octets on the wire
	hash         uint32 // of the first payload octets, or of the SACK blocks where there is none; valid iff hasHash
	window, id   uint16
	flags        segment.Flags
	ttl          uint8
	dir          uint8 // of its link: 0 from the end that opened
	bits         segBits
}

type segBits uint8

const (
	hasTS segBits = 1 << iota
	hasHash
	is4
	cut   // a part of a segment: its hash says nothing, nor does its IP identification
	isACK // of what arrived: it acknowledges something
)

func (s *seg) has(f segment.Flags) bool { return s.flags.Has(f) }
func (s *seg) is(b segBits) bool        { return s.bits&b == b }

// acks returns isACK where s acknowledges something.
func acks(s *seg) segBits {
	if s.has(segment.ACK) && !s.has(segment.RST) {
		return isACK
	}
	return 0
}

// size is SEG.LEN (RFC 9293 §3.4).
func (s *seg) size() uint32 {
	n := s.len
	if s.has(segment.SYN) {
		n++
	}
	if s.has(segment.FIN) {
		n++
	}
	return n
}

// differs reports whether two segments that begin alike hold other payload.
func (s *seg) differs(o *seg) bool {
	return s.len > 0 && o.len > 0 && s.is(hasHash) && o.is(hasHash) && s.hash != o.hash &&
		(s.len == o.len || min(s.len, o.len) >= hashed)
}

// end is the sequence number behind it.
func (s *seg) end() uint32 { return s.seq + s.size() }

// before reports a < b modulo 2^32.
func before(a, b uint32) bool { return int32(a-b) < 0 }

// key is equal for segments that may be the same, or begin alike.
func (s *seg) key() uint64 {
	k := uint64(s.seq)<<32 | uint64(s.ack)
	k ^= uint64(s.dir)<<1 | uint64(s.flags&(segment.SYN|segment.RST))<<2
	return mix(k) | 1
}

// print tells a segment by what no translation of addresses changes.
func (s *seg) print() uint64 {
	k := mix(uint64(s.seq)<<32 | uint64(s.ack))
	k = mix(k ^ uint64(s.tsVal)<<32 ^ uint64(s.tsEcr))
	return mix(k ^ uint64(s.len)<<16 ^ uint64(s.flags&^segment.PSH)<<8 ^ uint64(s.window)<<40)
}

// tells reports whether a print tells a segment from all others: 32 bits of a sequence
// number alone do not, among millions.
func (s *seg) tells() bool { return s.has(segment.ACK) || s.is(hasTS) }

// mix spreads the bits of a number (splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hashed is how many octets of payload are compared: few, since a capture holds few.
const hashed = 32

// set makes out what is kept of a segment.
func (out *seg) set(f frame.Frame, s *segment.Segment) {
	*out = seg{
		at: f.Time, frame: int64(f.Number), seq: uint32(s.Seq), ack: uint32(s.Ack), len: s.PayloadLen,
		window: s.Window, id: s.IPID, flags: s.Flags, ttl: s.TTL,
	}
	if !s.Flags.Has(segment.ACK) {
		out.ack = 0
	}
	if s.Options.HasTimestamps {
		out.tsVal, out.tsEcr = s.Options.TSVal, s.Options.TSEcr
		out.bits |= hasTS
	}
	if s.Is4 {
		out.bits |= is4
	}
	if n := min(len(s.Payload), hashed); n > 0 && (n == hashed || n == int(s.PayloadLen)) {
		out.hash, out.bits = hash(s.Payload[:n]), out.bits|hasHash
	} else if s.PayloadLen == 0 && !s.Options.Cut {
		out.hash, out.bits = hashSACK(&s.Options), out.bits|hasHash
	}
}

// hashSACK tells ACKs apart that differ in nothing but what they hold beyond a hole.
func hashSACK(o *segment.Options) uint32 {
	if o.SACKs == 0 {
		return 0
	}
	var b [8 * len(o.SACK)]byte
	blocks := b[:0]
	for _, s := range o.SACK[:o.SACKs] {
		blocks = binary.BigEndian.AppendUint32(blocks, uint32(s.Left))
		blocks = binary.BigEndian.AppendUint32(blocks, uint32(s.Right))
	}
	return hash(blocks)
}

// hash spreads octets over 32 bits.
func hash(b []byte) uint32 {
	h := uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = mix(h ^ binary.LittleEndian.Uint64(b))
	}
	for _, c := range b {
		h = h<<8 ^ h>>56 ^ uint64(c)
	}
	return uint32(mix(h))
}
