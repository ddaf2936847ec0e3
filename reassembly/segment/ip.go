package segment

// Protocol numbers, as in the IANA registry "Protocol Numbers".
const (
	protoHopByHop = 0
	protoTCP      = 6
	protoRouting  = 43
	protoFragment = 44
	protoDestOpts = 60
)

// ip reads an IP header of either version.
func (d *Decoder) ip(b []byte, wire int, s *Segment) Skip {
	if len(b) == 0 {
		return short(b, wire)
	}
	switch b[0] >> 4 {
	case 4:
		return d.ipv4(b, wire, s)
	case 6:
		return d.ipv6(b, wire, s)
	}
	return NotIP
}

// transport reads what an IP header, or a chain of extension headers, announces
// by its protocol number.
func (d *Decoder) transport(proto uint8, b []byte, wire int, s *Segment) Skip {
	if proto == protoTCP {
		return d.tcp(b, wire, s)
	}
	return NotTCP
}
