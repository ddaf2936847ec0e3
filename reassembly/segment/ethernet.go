package segment

// EtherTypes, as in the IANA registry "IEEE 802 Numbers".
const (
	etherIPv4  = 0x0800
	etherIPv6  = 0x86dd
	etherVLAN  = 0x8100 // IEEE 802.1Q C-tag
	etherQinQ  = 0x88a8 // IEEE 802.1ad S-tag
	etherOldQQ = 0x9100 // S-tag before 802.1ad
)

// maxLength802_3 is the largest value of the Ethernet length/type field that is
// a length (IEEE 802.3 clause 3.2.6).
const maxLength802_3 = 1500

// ethernet reads an Ethernet header: destination, source, length or type.
func (d *Decoder) ethernet(b []byte, wire int, s *Segment) Skip {
	if len(b) < 14 {
		return short(b, wire)
	}
	t := be16(b[12:])
	if t == etherIPv4 {
		return d.ipv4(b[14:], wire-14, s)
	}
	return d.etherType(t, b[14:], wire-14, s)
}

// etherType reads what follows an EtherType.
func (d *Decoder) etherType(t uint16, b []byte, wire int, s *Segment) Skip {
	if !d.enter() {
		return BadHeader
	}
	switch t {
	case etherIPv4:
		return d.ipv4(b, wire, s)
	case etherIPv6:
		return d.ipv6(b, wire, s)
	case etherVLAN, etherQinQ, etherOldQQ:
		return d.vlan(b, wire, s)
	}
	return NotIP
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
	t := be16(b[2:])
	b, wire = after(4, b, wire)
	return d.etherType(t, b, wire, s)
}
