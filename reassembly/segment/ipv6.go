package segment

const ipv6Header = 40

// ipv6 reads an IPv6 header (RFC 8200 §3) and the extension headers behind it.
func (d *Decoder) ipv6(b []byte, wire int, s *Segment) Skip {
	if len(b) < ipv6Header {
		return short(b, wire)
	}
	if b[0]>>4 != 6 {
		return BadHeader
	}
	length := int(be16(b[4:]))
	next := b[6]
	s.Is4 = false
	s.IPID = 0
	s.TTL = b[7]
	s.Src.Addr = Addr(b[8:24])
	s.Dst.Addr = Addr(b[24:40])
	b, wire = after(ipv6Header, b, wire)
	s.NoLen = length == 0
	if !s.NoLen {
		wire = length
		if len(b) > length {
			b = b[:length]
		}
	}
	return d.extensions(next, b, wire, s)
}

// extensions walks the chain of extension headers (RFC 8200 §4) to the transport.
func (d *Decoder) extensions(next uint8, b []byte, wire int, s *Segment) Skip {
	for {
		switch next {
		case protoHopByHop, protoRouting, protoDestOpts:
		case protoFragment:
			return Fragment
		default:
			return d.transport(next, b, wire, s)
		}
		if !d.enter() {
			return BadHeader
		}
		if len(b) < 8 {
			return short(b, wire)
		}
		n := 8 + int(b[1])*8
		if len(b) < n {
			return short(b, wire)
		}
		next = b[0]
		b, wire = after(n, b, wire)
	}
}
