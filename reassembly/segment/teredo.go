package segment

// teredo reads the indications that may stand before the IPv6 packet:
// authentication, then origin (RFC 4380 §5.1.1).
func (d *Decoder) teredo(b []byte, wire int, s *Segment) Skip {
	const origin, authentication = 0, 1
	if len(b) < 4 {
		return short(b, wire)
	}
	if be16(b) == authentication {
		// Lengths of client identifier and value, nonce, confirmation.
		n := 4 + int(b[2]) + int(b[3]) + 8 + 1
		if len(b) < n+2 {
			return short(b, wire)
		}
		b, wire = b[n:], wire-n
	}
	if be16(b) == origin {
		if len(b) < 8 {
			return short(b, wire)
		}
		b, wire = b[8:], wire-8
	}
	if len(b) > 0 && b[0]>>4 != 6 {
		return NotTCP
	}
	s.Path.tunnel(Teredo)
	return d.ipv6(b, wire, s)
}
