package segment

// Service access points (IEEE 802.2).
const (
	sapIP   = 0x06
	sapSNAP = 0xaa
)

// llc reads an IEEE 802.2 header: destination and source service access point
// and control, which has one octet in unnumbered frames and two in others.
func (d *Decoder) llc(b []byte, wire int, s *Segment) Skip {
	if len(b) < 3 {
		return short(b, wire)
	}
	header := 4
	if b[2]&3 == 3 {
		header = 3
	}
	if len(b) < header {
		return short(b, wire)
	}
	dsap, ssap := b[0], b[1]
	b, wire = b[header:], wire-header
	switch {
	case dsap == sapSNAP && ssap == sapSNAP:
		return d.snap(b, wire, s)
	case dsap == sapIP:
		return d.ip(b, wire, s)
	}
	return NotIP
}

// snap reads an organisation and, by its rules, a protocol ID (IEEE 802 clause 9.2.2).
func (d *Decoder) snap(b []byte, wire int, s *Segment) Skip {
	if len(b) < 5 {
		return short(b, wire)
	}
	pid := be16(b[3:])
	org := be32(b) >> 8
	b, wire = b[5:], wire-5
	switch {
	case org == 0 || org == 0x0000f8: // EtherTypes; the latter by RFC 1042 bridging tunnels
		if pid <= maxLength8023 {
			return NotIP
		}
		return d.etherType(pid, b, wire, s)
	case org == 0x0080c2 && (pid == 1 || pid == 7): // bridged Ethernet (RFC 2684 §5.2)
		return d.ethernet(b, wire, s)
	}
	return NotIP
}
