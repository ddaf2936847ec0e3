package segment

import "finwait/reassembly/seqnum"

// icmp reads an ICMP message: type, code, checksum, four octets by type, and in
// errors the start of the packet that met one (RFC 792, RFC 4443 §3).
func (d *Decoder) icmp(proto uint8, b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	if d.quoted || !isError(proto, b[0]) {
		return NotTCP
	}
	s.ICMP = ICMP{Type: b[0], Code: b[1], From: s.Src.Addr}
	d.quoted = true
	skip := d.ip(b[8:], wire-8, s)
	d.quoted = false
	if skip == NotIP {
		return BadHeader
	}
	return skip
}

// isError reports whether messages of type t quote a packet.
func isError(proto, t uint8) bool {
	if proto == protoICMPv6 {
		return 1 <= t && t <= 4 // unreachable, too big, time exceeded, parameter problem
	}
	switch t {
	case 3, 4, 5, 11, 12: // unreachable, source quench, redirect, time exceeded, parameter problem
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
