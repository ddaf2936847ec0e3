package segment

// Protocol numbers, as in the IANA registry "Protocol Numbers".
const (
	protoHopByHop = 0
	protoICMP     = 1
	protoIPv4     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoESP      = 50
	protoAH       = 51
	protoICMPv6   = 58
	protoDestOpts = 60
	protoEtherIP  = 97
	protoMobility = 135
	protoMPLS     = 137
	protoHIP      = 139
	protoShim6    = 140
	protoEthernet = 143
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
	if !d.enter() {
		return BadHeader
	}
	switch proto {
	case protoUDP:
		return d.udp(b, wire, s)
	case protoICMP, protoICMPv6:
		return d.icmp(proto, b, wire, s)
	case protoIPv4:
		s.Path.tunnel(IPIP)
		return d.ip(b, wire, s)
	case protoIPv6:
		s.Path.tunnel(IPIP)
		if s.Is4 {
			s.Path.Tunnel = SixInFour
		}
		return d.ipv6(b, wire, s)
	case protoGRE:
		return d.gre(b, wire, s)
	case protoAH:
		return d.ah(b, wire, s)
	case protoESP:
		return Encrypted
	case protoEtherIP:
		s.Path.tunnel(EtherIP)
		return d.ethernetBehind(2, b, wire, s)
	case protoEthernet: // of a segment-routing network (RFC 8986 §4.9)
		return d.ethernet(b, wire, s)
	case protoMPLS:
		return d.mpls(b, wire, s)
	case protoHopByHop, protoRouting, protoFragment, protoDestOpts, protoMobility, protoHIP, protoShim6:
		return d.extension(proto, b, wire, s)
	}
	return NotTCP
}

// ah steps over an authentication header (RFC 4302 §2).
func (d *Decoder) ah(b []byte, wire int, s *Segment) Skip {
	if len(b) < 2 {
		return short(b, wire)
	}
	n := (int(b[1]) + 2) * 4
	if len(b) < n {
		return short(b, wire)
	}
	return d.transport(b[0], b[n:], wire-n, s)
}
