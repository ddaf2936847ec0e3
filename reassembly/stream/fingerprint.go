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

// The kinds of 4-tuple. IPv4 and IPv4-mapped IPv6 are two address types in
// Wireshark, so the family is part of the 4-tuple. Tunnels and VLANs are not.
const (
	ip6 byte = iota
	ip4
	expected // not of a segment: see expect
)

func family(seg *segment.Segment) byte {
	if seg.Is4 {
		return ip4
	}
	return ip6
}

// fingerprint returns that of seg's 4-tuple, the same in both directions, and
// the side that sent seg.
func (x *Index) fingerprint(seg *segment.Segment) (print fingerprint, side uint8) {
	if after(&seg.Src, &seg.Dst) {
		return x.hash(&seg.Dst, &seg.Src, family(seg)), 1
	}
	return x.hash(&seg.Src, &seg.Dst, family(seg)), 0
}

func (x *Index) hash(a, b *segment.Endpoint, kind byte) fingerprint {
	var buf [37]byte
	key := buf[:]
	if kind&ip4 != 0 {
		key = buf[:13] // the rest of the address is the same in all
		copy(key, a.Addr[12:])
		copy(key[4:], b.Addr[12:])
	} else {
		copy(key, a.Addr[:])
		copy(key[16:], b.Addr[:])
	}
	n := len(key)
	key[n-1] = kind
	binary.LittleEndian.PutUint16(key[n-3:], b.Port)
	binary.LittleEndian.PutUint16(key[n-5:], a.Port)
	h := maphash.Bytes(x.seed, key)
	return fingerprint{uint32(h), uint32(h >> 32)}
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
