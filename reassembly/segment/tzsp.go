package segment

// tzsp reads TaZmen Sniffer Protocol, by which access points and routers send on
// what they capture: version, type, protocol, tagged fields up to an end tag.
func (d *Decoder) tzsp(b []byte, wire int, s *Segment) Skip {
	const (
		received, transmit = 0, 1 // types that carry a packet
		padding, end       = 0, 1 // tags without a length
		etherFrame, wifi   = 1, 18
	)
	if len(b) < 4 {
		return short(b, wire)
	}
	kind, protocol := b[1], be16(b[2:])
	if b[0] != 1 || kind != received && kind != transmit {
		return NotTCP
	}
	b, wire = b[4:], wire-4
	for {
		if len(b) == 0 {
			return short(b, wire)
		}
		tag := b[0]
		n := 1
		if tag != padding && tag != end {
			if len(b) < 2 {
				return short(b, wire)
			}
			n = 2 + int(b[1])
		}
		if len(b) < n {
			return short(b, wire)
		}
		if b, wire = b[n:], wire-n; tag == end {
			break
		}
	}
	s.Path.tunnel(TZSP)
	switch protocol {
	case etherFrame:
		return d.ethernet(b, wire, s)
	case wifi:
		return d.wifi(b, wire, s)
	}
	return NotTCP
}
