package segment

// EtherTypes, as in the IANA registry "IEEE 802 Numbers".
const (
	etherIPv4     = 0x0800
	etherIPv6     = 0x86dd
	etherBridge   = 0x6558 // Transparent Ethernet Bridging
	etherPPP      = 0x880b
	etherPPPoE    = 0x8864 // session stage
	etherMPLS     = 0x8847
	etherMPLSUp   = 0x8848 // upstream-assigned label (RFC 5332)
	etherVLAN     = 0x8100 // IEEE 802.1Q C-tag
	etherQinQ     = 0x88a8 // IEEE 802.1ad S-tag
	etherOldQinQ  = 0x9100 // S-tag before 802.1ad
	etherBackbone = 0x88e7 // IEEE 802.1ah I-tag
	etherMACsec   = 0x88e5 // IEEE 802.1AE
	etherCMD      = 0x8909 // Cisco MetaData
	etherVNTag    = 0x8926
	etherNSH      = 0x894f // RFC 8300
	etherHSR      = 0x892f // IEC 62439-3
	etherETag     = 0x893f // IEEE 802.1BR
	etherRTag     = 0xf1c1 // IEEE 802.1CB
	etherLLC      = 0x8870 // LLC of more than 1500 octets
)

// maxLength8023 is the largest value of the Ethernet length/type field that is
// a length (IEEE 802.3 clause 3.2.6).
const maxLength8023 = 1500

// ethernet reads an Ethernet header: destination, source, length or type.
func (d *Decoder) ethernet(b []byte, wire int, s *Segment) Skip {
	if len(b) < 14 {
		return short(b, wire)
	}
	t := be16(b[12:])
	b, wire = b[14:], wire-14
	if t == etherIPv4 {
		return d.ipv4(b, wire, s)
	}
	return d.etherType(t, b, wire, s)
}

// etherType reads what follows a length/type field.
func (d *Decoder) etherType(t uint16, b []byte, wire int, s *Segment) Skip {
	if !d.enter() {
		return BadHeader
	}
	switch t {
	case etherIPv4:
		return d.ipv4(b, wire, s)
	case etherIPv6:
		return d.ipv6(b, wire, s)
	case etherVLAN, etherQinQ, etherOldQinQ:
		return d.vlan(b, wire, s)
	case etherMPLS, etherMPLSUp:
		return d.mpls(b, wire, s)
	case etherPPPoE:
		return d.pppoe(b, wire, s)
	case etherPPP:
		return d.ppp(b, wire, s)
	case etherBridge:
		return d.ethernet(b, wire, s)
	case etherLLC:
		return d.llc(b, wire, s)
	case etherNSH:
		return d.nsh(b, wire, s)
	case etherMACsec:
		return d.macsec(b, wire, s)
	case etherBackbone: // flags and I-SID, then the customer's frame
		return d.ethernetBehind(4, b, wire, s)
	case etherCMD, etherETag: // version, length, option, security group; or extension port IDs
		return d.etherTypeAt(6, b, wire, s)
	case etherVNTag, etherHSR, etherRTag: // interfaces; path, size and sequence number; sequence number
		return d.etherTypeAt(4, b, wire, s)
	}
	if t <= maxLength8023 {
		b, wire = limit(int(t), b, wire)
		return d.llc(b, wire, s)
	}
	return NotIP
}

// etherTypeAt reads on behind n octets of a tag that end before an EtherType.
func (d *Decoder) etherTypeAt(n int, b []byte, wire int, s *Segment) Skip {
	if len(b) < n+2 {
		return short(b, wire)
	}
	return d.etherType(be16(b[n:]), b[n+2:], wire-n-2, s)
}

// ethernetBehind reads an Ethernet frame behind n octets of another header.
func (d *Decoder) ethernetBehind(n int, b []byte, wire int, s *Segment) Skip {
	if len(b) < n {
		return short(b, wire)
	}
	return d.ethernet(b[n:], wire-n, s)
}

// vlan reads a tag: 3 bits of priority, 1 of drop eligibility, 12 of VLAN ID
// (IEEE 802.1Q clause 9.6), and the EtherType behind it.
func (d *Decoder) vlan(b []byte, wire int, s *Segment) Skip {
	if len(b) < 4 {
		return short(b, wire)
	}
	if n := s.Path.VLANs; int(n) < len(s.Path.VLAN) {
		s.Path.VLAN[n] = be16(b) & 0x0fff
	}
	s.Path.VLANs++
	return d.etherType(be16(b[2:]), b[4:], wire-4, s)
}

// macsec reads a SecTAG (IEEE 802.1AE clause 9.3). Without its E bit the frame
// is only authenticated, and in the clear.
func (d *Decoder) macsec(b []byte, wire int, s *Segment) Skip {
	const encrypted, explicitSCI = 0x08, 0x20
	if len(b) < 1 {
		return short(b, wire)
	}
	switch {
	case b[0]&encrypted != 0:
		return Encrypted
	case b[0]&explicitSCI != 0:
		return d.etherTypeAt(14, b, wire, s)
	}
	return d.etherTypeAt(6, b, wire, s)
}

func stripEthernet(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 14 {
		return Inner{}, errCut
	}
	blank(b[:12])
	return Inner{14, InnerEtherType, be16(b[12:])}, nil
}
