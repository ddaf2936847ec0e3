package segment

// PPP protocols, as in the IANA registry "Point-to-Point (PPP) Protocol Field
// Assignments".
const (
	pppIPv4      = 0x0021
	pppMultilink = 0x003d
	pppEncrypted = 0x0053
	pppIPv6      = 0x0057
	pppMPLS      = 0x0281
	pppMPLSMulti = 0x0283
)

// First octets of an HDLC-like frame.
const (
	hdlcAllStations    = 0xff // PPP (RFC 1662 §3.1)
	hdlcUnicast        = 0x0f // Cisco HDLC
	hdlcBroadcast      = 0x8f // Cisco HDLC
	hdlcUnnumberedInfo = 0x03
)

// hdlc reads LINKTYPE_PPP and LINKTYPE_PPP_HDLC: PPP with or without address and
// control, or Cisco HDLC.
func (d *Decoder) hdlc(b []byte, wire int, s *Segment) Skip {
	if len(b) > 0 && (b[0] == hdlcUnicast || b[0] == hdlcBroadcast) {
		return d.cisco(b, wire, s)
	}
	return d.ppp(b, wire, s)
}

// pppDir reads LINKTYPE_PPP_WITH_DIR: an octet that says which way the frame
// went, and the frame.
func (d *Decoder) pppDir(b []byte, wire int, s *Segment) Skip {
	if len(b) < 1 {
		return short(b, wire)
	}
	return d.hdlc(b[1:], wire-1, s)
}

// cisco reads Cisco HDLC: address, control, EtherType.
func (d *Decoder) cisco(b []byte, wire int, s *Segment) Skip {
	if len(b) < 4 {
		return short(b, wire)
	}
	t := be16(b[2:])
	if t <= maxLength8023 {
		return NotIP
	}
	return d.etherType(t, b[4:], wire-4, s)
}

// pppoe reads the header of a PPPoE session: version and type, code, session,
// length (RFC 2516 §4), and the PPP frame behind it.
func (d *Decoder) pppoe(b []byte, wire int, s *Segment) Skip {
	if len(b) < 6 {
		return short(b, wire)
	}
	if b[1] != 0 {
		return NotIP // discovery
	}
	n := int(be16(b[4:]))
	b, wire = limit(n, b[6:], wire-6)
	return d.ppp(b, wire, s)
}

// ppp reads a PPP frame: address and control, which may be left out (RFC 1661
// §6.6), and the protocol, whose first octet may be left out where it is 0 (§6.5).
func (d *Decoder) ppp(b []byte, wire int, s *Segment) Skip {
	if !d.enter() {
		return BadHeader
	}
	if len(b) >= 2 && b[0] == hdlcAllStations && b[1] == hdlcUnnumberedInfo {
		b, wire = b[2:], wire-2
	}
	if len(b) < 2 {
		return short(b, wire)
	}
	protocol := uint16(b[0])
	if protocol&1 != 0 {
		b, wire = b[1:], wire-1
	} else {
		protocol = be16(b)
		b, wire = b[2:], wire-2
	}
	switch protocol {
	case pppIPv4, etherIPv4:
		return d.ipv4(b, wire, s)
	case pppIPv6, etherIPv6:
		return d.ipv6(b, wire, s)
	case pppMPLS, pppMPLSMulti:
		return d.mpls(b, wire, s)
	case pppMultilink:
		return d.multilink(b, wire, s)
	case pppEncrypted:
		return Encrypted
	}
	return NotIP
}

// multilink reads a multilink fragment with long sequence numbers that holds a
// whole frame (RFC 1990 §3); parts of frames are not put together.
func (d *Decoder) multilink(b []byte, wire int, s *Segment) Skip {
	const whole = 0xc0 // begins and ends here
	if len(b) < 4 {
		return short(b, wire)
	}
	if b[0]&whole != whole {
		return Fragment
	}
	return d.ppp(b[4:], wire-4, s)
}

func stripHDLC(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) > 0 && (b[0] == hdlcUnicast || b[0] == hdlcBroadcast) {
		return stripCisco(b, blank)
	}
	return Inner{0, InnerPPP, 0}, nil
}

func stripPPPDir(b []byte, _ func([]byte)) (Inner, error) {
	if len(b) < 1 {
		return Inner{}, errCut
	}
	return Inner{1, InnerLink, uint16(LinkPPPHDLC)}, nil
}

func stripCisco(b []byte, _ func([]byte)) (Inner, error) {
	if len(b) < 4 {
		return Inner{}, errCut
	}
	return Inner{4, InnerEtherType, be16(b[2:])}, nil
}

func stripPPPoE(b []byte, _ func([]byte)) (Inner, error) {
	if len(b) < 6 {
		return Inner{}, errCut
	}
	return Inner{6, InnerPPP, 0}, nil
}
