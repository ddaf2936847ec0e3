package stream

import (
	"encoding/binary"
	"hash/maphash"

	"finwait/reassembly/segment"
)

// fingerprint stands for a 4-tuple: 64 bits of a keyed hash, in halves so that
// a Tuple needs no padding. The key is random, so a hostile capture cannot aim
// at a collision; by chance, 10 million 4-tuples meet one in 370,000 captures.
type fingerprint [2]uint32

func (p fingerprint) low() uint32  { return p[0] }
func (p fingerprint) high() uint32 { return p[1] }

// fingerprint returns that of seg's 4-tuple, the same in both directions, and
// the side that sent seg.
//
// IPv4 and IPv4-mapped IPv6 are two address types in Wireshark, so the family
// is part of the 4-tuple. Tunnels and VLANs are not.
func (x *Index) fingerprint(seg *segment.Segment) (print fingerprint, side uint8) {
	low, high := &seg.Src, &seg.Dst
	if after(low, high) {
		low, high, side = high, low, 1
	}
	var b [37]byte
	copy(b[:16], low.Addr[:])
	copy(b[16:32], high.Addr[:])
	binary.LittleEndian.PutUint16(b[32:], low.Port)
	binary.LittleEndian.PutUint16(b[34:], high.Port)
	if seg.Is4 {
		b[36] = 1
	}
	h := maphash.Bytes(x.seed, b[:])
	return fingerprint{uint32(h), uint32(h >> 32)}, side
}

// after reports whether a is the greater endpoint: by address, then by port.
func after(a, b *segment.Endpoint) bool {
	if x, y := binary.BigEndian.Uint64(a.Addr[:8]), binary.BigEndian.Uint64(b.Addr[:8]); x != y {
		return x > y
	}
	if x, y := binary.BigEndian.Uint64(a.Addr[8:]), binary.BigEndian.Uint64(b.Addr[8:]); x != y {
		return x > y
	}
	return a.Port > b.Port
}
