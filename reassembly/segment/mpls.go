package segment

// mpls reads a label stack (RFC 3032 §2.1). Labels do not say what they carry:
// the first nibble behind them tells IP from the control word of a pseudowire
// (RFC 4385 §3), and what looks like an Ethernet header is taken to be one.
func (d *Decoder) mpls(b []byte, wire int, s *Segment) Skip {
	const bottom = 0x01
	for {
		if len(b) < 4 {
			return short(b, wire)
		}
		last := b[2]&bottom != 0
		b, wire = b[4:], wire-4
		if last {
			break
		}
	}
	if len(b) == 0 {
		return short(b, wire)
	}
	if looksLikeEthernet(b) {
		return d.ethernet(b, wire, s)
	}
	switch b[0] >> 4 {
	case 4:
		return d.ipv4(b, wire, s)
	case 6:
		return d.ipv6(b, wire, s)
	case 0:
		return d.ethernetBehind(4, b, wire, s)
	case 1: // an associated channel: version, reserved, channel type (RFC 5586 §2.1)
		if len(b) < 4 {
			return short(b, wire)
		}
		if t := be16(b[2:]); t == pppIPv4 || t == pppIPv6 {
			return d.ip(b[4:], wire-4, s)
		}
	}
	return NotIP
}

// looksLikeEthernet reports whether b may be an Ethernet header: an EtherType
// that we read on from, where an IP header would have the middle of an address,
// and no IP header that agrees with itself.
func looksLikeEthernet(b []byte) bool {
	if len(b) < 15 {
		return false
	}
	switch be16(b[12:]) {
	case etherIPv4:
		if b[14]>>4 != 4 {
			return false
		}
	case etherIPv6:
		if b[14]>>4 != 6 {
			return false
		}
	case etherVLAN, etherQinQ, etherOldQinQ:
	default:
		return false
	}
	switch b[0] >> 4 {
	case 4:
		return b[0]&0x0f < 5 || int(be16(b[2:])) < ipv4MinHeader
	case 6:
		return b[4] == 0 && b[5] == 0
	case 0: // a control word, unless the frame behind it is none
		return !looksLikeEthernet(b[4:])
	}
	return true
}

// nsh reads a network service header: flags, length in units of 4 octets,
// metadata type, next protocol (RFC 8300 §2.2).
func (d *Decoder) nsh(b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	n := int(b[1]&0x3f) * 4
	if n < 8 {
		return BadHeader
	}
	if len(b) < n {
		return short(b, wire)
	}
	return d.nextProtocol(b[3], b[n:], wire-n, s)
}

// nextProtocol reads what follows the one-octet protocol number that NSH and
// VXLAN-GPE share (RFC 8300 §2.2, draft-ietf-nvo3-vxlan-gpe §3.2).
func (d *Decoder) nextProtocol(proto uint8, b []byte, wire int, s *Segment) Skip {
	if !d.enter() {
		return BadHeader
	}
	switch proto {
	case 1:
		return d.ipv4(b, wire, s)
	case 2:
		return d.ipv6(b, wire, s)
	case 3:
		return d.ethernet(b, wire, s)
	case 4:
		return d.nsh(b, wire, s)
	case 5:
		return d.mpls(b, wire, s)
	}
	return NotIP
}
