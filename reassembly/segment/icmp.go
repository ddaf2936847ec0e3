package segment

import "finwait/reassembly/seqnum"

// Types of messages that quote (RFC 792, RFC 4443 §3, RFC 4861 §4.5).
const (
	icmpUnreachable = 3
	icmpQuench      = 4
	icmpRedirect    = 5
	icmpTimeout     = 11
	icmpParameter   = 12
	icmp6First      = 1 // unreachable, too big, time exceeded,
	icmp6Last       = 4 // parameter problem
	icmp6Redirect   = 137
)

// icmp reads an ICMP message: type, code, checksum, four octets by type, and in
// errors the start of the packet that met one.
func (d *Decoder) icmp(proto uint8, b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	kind, code := b[0], b[1]
	b, wire = b[8:], wire-8
	switch {
	case proto == protoICMPv6 && kind == icmp6Redirect:
		var ok bool
		if b, wire, ok = redirectedHeader(b, wire); !ok {
			return NotTCP
		}
	case !isError(proto, kind):
		return NotTCP
	}
	nested := d.quoted
	if !nested {
		s.ICMP = ICMP{Type: kind, Code: code, From: s.Src.Addr}
	}
	d.quoted = true
	skip := d.ip(b, wire, s)
	d.quoted = nested
	if skip == NotIP {
		return BadHeader
	}
	if proto == protoICMP && kind == icmpRedirect {
		s.ICMP.Header = false // Wireshark looks at the ports only
	}
	return skip
}

// redirectedHeader finds the quote in an ICMPv6 redirect: behind two addresses,
// among options, with 6 reserved octets before it (RFC 4861 §4.6.3).
func redirectedHeader(b []byte, wire int) ([]byte, int, bool) {
	const addresses, redirected = 32, 4
	if len(b) < addresses {
		return b, wire, false
	}
	b, wire = b[addresses:], wire-addresses
	for len(b) >= 8 {
		n := int(b[1]) * 8
		if b[0] == redirected && n >= 8 {
			b, wire = limit(n, b, wire)
			return b[8:], wire - 8, true
		}
		if n == 0 || n > len(b) {
			break
		}
		b, wire = b[n:], wire-n
	}
	return b, wire, false
}

// isError reports whether messages of type t quote a packet.
func isError(proto, t uint8) bool {
	if proto == protoICMPv6 {
		return icmp6First <= t && t <= icmp6Last
	}
	switch t {
	case icmpUnreachable, icmpQuench, icmpRedirect, icmpTimeout, icmpParameter:
		return true
	}
	return false
}

// quote reads the start of a TCP header that an ICMP error quotes: 8 octets at
// least (RFC 792), more by RFC 1812 §4.3.2.3.
func (s *Segment) quote(b []byte, wire int) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	s.Src.Port = be16(b)
	s.Dst.Port = be16(b[2:])
	s.Seq = seqnum.Value(be32(b[4:]))
	if len(b) < tcpPartHeader {
		return ICMPError
	}
	s.ICMP.Header = true
	s.Ack = seqnum.Value(be32(b[8:]))
	s.Flags = Flags(b[13])
	s.Window = be16(b[14:])
	if header := int(b[12]>>4) * 4; header >= tcpMinHeader {
		s.PayloadLen = uint32(max(wire-header, 0))
	}
	return ICMPError
}
