package segment

const (
	ipv6Header = 40
	optJumbo   = 0xc2 // of the hop-by-hop header (RFC 2675 §2)
)

// ipv6 reads an IPv6 header (RFC 8200 §3) and what follows it.
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
	b, wire = b[ipv6Header:], wire-ipv6Header
	s.NoLen = length == 0
	switch {
	case !s.NoLen:
		wire = length
		if len(b) > length {
			b = b[:length]
		}
	case next == protoHopByHop:
		if n := jumboLength(b); n > 0 {
			s.NoLen, wire = false, n
			b, _ = limit(n, b, n)
		}
	}
	return d.transport(next, b, wire, s)
}

// jumboLength returns the payload length that a hop-by-hop header with the Jumbo
// Payload option carries in place of the IPv6 header; 0 without it.
func jumboLength(b []byte) int {
	if len(b) >= 8 && b[2] == optJumbo && b[3] == 4 {
		if n := be32(b[4:]); n > maxDatagram && n < 1<<31 {
			return int(n)
		}
	}
	return 0
}

// extension steps over one extension header (RFC 8200 §4).
func (d *Decoder) extension(kind uint8, b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	if kind == protoFragment {
		return d.fragment6(b, wire, s)
	}
	n := 8 + int(b[1])*8
	if len(b) < n {
		return short(b, wire)
	}
	if kind == protoRouting {
		s.lastHop(b[:n])
	}
	return d.transport(b[0], b[n:], wire-n, s)
}

// fragment6 takes in a fragment, and reads the datagram that it completes
// (RFC 8200 §4.5).
func (d *Decoder) fragment6(b []byte, wire int, s *Segment) Skip {
	next, field := b[0], be16(b[2:])
	id := be32(b[4:])
	offset, more := int(field&^7), field&1 != 0
	b, wire = b[8:], wire-8
	switch {
	case offset == 0 && !more: // an atomic fragment (RFC 6946)
		return d.transport(next, b, wire, s)
	case d.quoted && offset == 0:
		return d.transport(next, b, wire, s)
	case len(b) < wire || d.quoted:
		return Fragment
	}
	whole := d.put(fragmentKey{src: s.Src.Addr, dst: s.Dst.Addr, id: id}, next, offset, more, b)
	if whole == nil {
		return Fragment
	}
	return d.transport(whole.next, whole.buf[:whole.total], whole.total, s)
}

// lastHop replaces the destination by the last address of a routing header that
// has not been used up: that is where the segment goes to, and what its checksum
// covers (RFC 8200 §8.1).
func (s *Segment) lastHop(b []byte) {
	const sourceRoute, mobile, segments = 0, 2, 4 // RFC 5095, RFC 6275 §6.4, RFC 8754 §2
	kind, left := b[2], b[3]
	if left == 0 || len(b) < 24 {
		return
	}
	switch kind {
	case sourceRoute, mobile:
		s.Dst.Addr = Addr(b[len(b)-16:])
	case segments: // the list is in reverse, and may be followed by TLVs
		s.Dst.Addr = Addr(b[8:24])
	}
}
