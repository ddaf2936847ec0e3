package segment

// gtpu reads GTP version 1 for the user plane (3GPP TS 29.281 §5.1): flags,
// message type, length, TEID; and where a flag says so, sequence number, N-PDU
// number and a chain of extension headers (§5.2).
func (d *Decoder) gtpu(b []byte, wire int, s *Segment) Skip {
	const (
		version1, protocolType = 0x20, 0x10
		optional, extension    = 0x07, 0x04
		userData               = 255 // T-PDU
	)
	if len(b) < 8 {
		return short(b, wire)
	}
	flags, message := b[0], b[1]
	if flags&0xf0 != version1|protocolType || message != userData {
		return NotTCP
	}
	s.Path.tunnelID(GTPU, be32(b[4:]))
	b, wire = limit(8+int(be16(b[2:])), b, wire)
	n := 8
	if flags&optional != 0 {
		n += 4
		if len(b) < n {
			return short(b, wire)
		}
		for next := b[n-1]; flags&extension != 0 && next != 0; next = b[n-1] {
			if len(b) <= n {
				return short(b, wire)
			}
			size := int(b[n]) * 4
			if size == 0 {
				return BadHeader
			}
			if n += size; len(b) < n {
				return short(b, wire)
			}
		}
	}
	b, wire = b[n:], wire-n
	if len(b) == 0 {
		return short(b, wire)
	}
	switch b[0] >> 4 {
	case 4:
		return d.ipv4(b, wire, s)
	case 6:
		return d.ipv6(b, wire, s)
	}
	return d.ethernet(b, wire, s)
}
