package segment

import "encoding/binary"

const (
	ipv4MinHeader = 20
	ipv4MoreFrags = 0x2000 // MF
	ipv4Offset    = 0x1fff // in units of 8 octets
)

// ipv4 reads an IPv4 header (RFC 791 §3.1). wire is what the link layer brought,
// perhaps with padding and a trailer behind the datagram.
func (d *Decoder) ipv4(b []byte, wire int, s *Segment) Skip {
	if len(b) < ipv4MinHeader {
		return short(b, wire)
	}
	header := int(b[0]&0x0f) * 4
	if b[0]>>4 != 4 || header < ipv4MinHeader {
		return BadHeader
	}
	if len(b) < header {
		return short(b, wire)
	}
	length := int(be16(b[2:]))
	s.NoLen = length == 0
	switch {
	case s.NoLen: // captured before the hardware split it into segments
		length = wire
	case length < header:
		return BadHeader
	case len(b) > length:
		b = b[:length]
	}
	s.Is4 = true
	s.IPID = be16(b[4:])
	s.TTL = b[8]
	s.Src.Addr.set4(be32(b[12:]))
	s.Dst.Addr.set4(be32(b[16:]))
	proto := b[9]
	if be16(b[6:])&(ipv4MoreFrags|ipv4Offset) != 0 {
		return Fragment
	}
	return d.transport(proto, b[header:], length-header, s)
}

// set4 makes a the IPv4-mapped form of ip.
func (a *Addr) set4(ip uint32) {
	binary.BigEndian.PutUint64(a[:8], 0)
	binary.BigEndian.PutUint64(a[8:], 0xffff<<32|uint64(ip))
}
