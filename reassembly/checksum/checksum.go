// Package checksum is the Internet checksum (RFC 1071) of IP, ICMP and TCP headers.
package checksum

import (
	"encoding/binary"
	"net/netip"
)

// Sum is the ones' complement sum of what was added so far. The zero Sum is empty.
type Sum uint32

// Pseudo returns the sum of the pseudo-header of n octets of an IP protocol
// (RFC 9293 §3.1, RFC 8200 §8.1).
func Pseudo(src, dst netip.Addr, proto uint8, n int) Sum {
	return Sum(uint32(proto) + uint32(n)&0xffff + uint32(n)>>16).Add(src.AsSlice()).Add(dst.AsSlice())
}

// Of returns the checksum of a header in which its field is 0.
func Of(b []byte) uint16 { return Sum(0).Add(b).Checksum() }

// Add adds the 16-bit words of b. An odd last octet is followed by a zero.
func (s Sum) Add(b []byte) Sum {
	for ; len(b) >= 2; b = b[2:] {
		s = s.fold() + Sum(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		s = s.fold() + Sum(b[0])<<8
	}
	return s
}

// Checksum returns what stands in the checksum field of a header whose sum,
// without that field, is s.
func (s Sum) Checksum() uint16 { return ^uint16(s.fold()) }

func (s Sum) fold() Sum {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return s
}
