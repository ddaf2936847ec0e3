package segment

// vxlan reads flags, reserved, a 24-bit VNI, reserved (RFC 7348 §5), and an
// Ethernet frame.
func (d *Decoder) vxlan(b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	s.Path.tunnelID(VXLAN, be32(b[4:])>>8)
	return d.ethernet(b[8:], wire-8, s)
}

// vxlanGPE is the same with a protocol in the fourth octet
// (draft-ietf-nvo3-vxlan-gpe §3.1).
func (d *Decoder) vxlanGPE(b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	s.Path.tunnelID(VXLAN, be32(b[4:])>>8)
	return d.nextProtocol(b[3], b[8:], wire-8, s)
}

// geneve reads version and length of the options in units of 4 octets, flags,
// EtherType, a 24-bit VNI, reserved, options (RFC 8926 §3.4).
func (d *Decoder) geneve(b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	if b[0]>>6 != 0 {
		return NotTCP
	}
	n := 8 + int(b[0]&0x3f)*4
	if len(b) < n {
		return short(b, wire)
	}
	s.Path.tunnelID(GENEVE, be32(b[4:])>>8)
	t := be16(b[2:])
	if t <= maxLength8023 {
		return NotIP
	}
	return d.etherType(t, b[n:], wire-n, s)
}

// lisp reads flags, nonce, instance ID, locator status (RFC 9300 §5.1), and an
// IP packet.
func (d *Decoder) lisp(b []byte, wire int, s *Segment) Skip {
	const hasInstance = 0x08
	if len(b) < 8 {
		return short(b, wire)
	}
	s.Path.tunnel(LISP)
	if b[0]&hasInstance != 0 {
		s.Path.tunnelID(LISP, be32(b[4:])>>8)
	}
	return d.ip(b[8:], wire-8, s)
}
