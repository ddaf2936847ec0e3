package segment

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
		if b[0]>>4 == 6 { // announced as IPv4; Wireshark reads it as what it is
			return d.ipv6(b, wire, s)
		}
		return BadHeader
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
	if len(b) < header {
		return short(b, length)
	}
	if length > wire {
		d.excess = length - wire
	}
	s.Is4 = true
	s.IPID = be16(b[4:])
	s.TTL = b[8]
	s.Src.Addr.set4(b[12:16])
	s.Dst.Addr.set4(b[16:20])
	if header > ipv4MinHeader {
		s.finalDestination(b[ipv4MinHeader:header])
	}
	proto, fragment := b[9], be16(b[6:])
	b, wire = b[header:], length-header
	if fragment&(ipv4MoreFrags|ipv4Offset) != 0 {
		return d.fragment4(proto, fragment, b, wire, s)
	}
	return d.transport(proto, b, wire, s)
}

// fragment4 takes in a fragment, and reads the datagram that it completes.
func (d *Decoder) fragment4(proto uint8, field uint16, b []byte, wire int, s *Segment) Skip {
	offset, more := int(field&ipv4Offset)*8, field&ipv4MoreFrags != 0
	if len(b) < wire || wire == 0 {
		// It cannot be put together; but the first may hold all the headers.
		if offset == 0 {
			return d.transport(proto, b, wire, s)
		}
		return Fragment
	}
	if d.quoted {
		return Fragment
	}
	key := fragmentKey{src: s.Src.Addr, dst: s.Dst.Addr, id: uint32(s.IPID), proto: proto, is4: true}
	whole := d.put(key, proto, offset, more, b)
	if whole == nil {
		return Fragment
	}
	return d.transport(proto, whole.buf[:whole.total], whole.total, s)
}

// finalDestination replaces the destination by the last hop of a source route,
// which is where the segment goes to, and what its checksum covers (RFC 1122
// §3.2.1.8).
func (s *Segment) finalDestination(options []byte) {
	const looseRoute, strictRoute = 0x83, 0x89
	for b := options; len(b) > 0 && b[0] != 0; {
		if b[0] == 1 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return
		}
		if n := b[1]; (b[0] == looseRoute || b[0] == strictRoute) && n >= 7 && b[2] < n {
			s.Dst.Addr.set4(b[n-4 : n])
			return
		}
		b = b[b[1]:]
	}
}

// set4 makes a the IPv4-mapped form of the four octets ip.
func (a *Addr) set4(ip []byte) {
	*a = Addr{10: 0xff, 11: 0xff}
	copy(a[12:], ip[:4])
}
