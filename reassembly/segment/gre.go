package segment

// Bits of the first 16 of a GRE header (RFC 2784 §2.1, RFC 2890 §2, RFC 2637 §4.1).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000 // RFC 1701
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // version 1
	greVersion  = 0x0007
)

// Protocols that GRE carries, where they are not plain EtherTypes.
const (
	greWCCP      = 0x883e
	greERSPAN    = 0x88be // types I and II
	greERSPAN3   = 0x22eb
	greAruba     = 0x8200 // 802.11 frames of one of 24 queues; every 16th value
	greArubaLast = 0x8370
	erspan2Bytes = 8
	erspan3Bytes = 12
)

// gre reads a GRE header and the packet behind it.
func (d *Decoder) gre(b []byte, wire int, s *Segment) Skip {
	if len(b) < 4 {
		return short(b, wire)
	}
	flags, protocol := be16(b), be16(b[2:])
	if flags&greVersion == 1 {
		return d.pptp(flags, b, wire, s)
	}
	n := 4
	if flags&(greChecksum|greRouting) != 0 {
		n += 4
	}
	s.Path.tunnel(GRE)
	if flags&greKey != 0 {
		if len(b) < n+4 {
			return short(b, wire)
		}
		s.Path.tunnelID(GRE, be32(b[n:]))
		n += 4
	}
	if flags&greSequence != 0 {
		n += 4
	}
	if len(b) < n {
		return short(b, wire)
	}
	b, wire = b[n:], wire-n
	if flags&greRouting != 0 {
		var ok bool
		if b, wire, ok = skipRoutes(b, wire); !ok {
			return short(b, wire)
		}
	}
	return d.grePayload(flags, protocol, b, wire, s)
}

// skipRoutes steps over source route entries: family, offset, length, and as
// many octets; the last has family and length 0 (RFC 1701).
func skipRoutes(b []byte, wire int) ([]byte, int, bool) {
	for {
		if len(b) < 4 {
			return b, wire, false
		}
		end := be16(b) == 0 && b[3] == 0
		n := 4 + int(b[3])
		if len(b) < n {
			return b, wire, false
		}
		b, wire = b[n:], wire-n
		if end {
			return b, wire, true
		}
	}
}

func (d *Decoder) grePayload(flags, protocol uint16, b []byte, wire int, s *Segment) Skip {
	switch protocol {
	case greERSPAN: // type I has neither a sequence number nor a header
		if flags&greSequence == 0 {
			return d.ethernet(b, wire, s)
		}
		return d.ethernetBehind(erspan2Bytes, b, wire, s)
	case greERSPAN3:
		n := erspan3Bytes
		if len(b) < n {
			return short(b, wire)
		}
		if b[n-1]&1 != 0 { // O: a platform-specific subheader follows
			n += 8
		}
		return d.ethernetBehind(n, b, wire, s)
	case greWCCP: // version 2 has a redirect header, version 1 none
		if len(b) > 0 && b[0]>>4 != 4 {
			if len(b) < 4 {
				return short(b, wire)
			}
			b, wire = b[4:], wire-4
		}
		return d.ipv4(b, wire, s)
	}
	if protocol&^0x01f0 == greAruba && protocol <= greArubaLast {
		return d.wifi(b, wire, s)
	}
	if protocol <= maxLength8023 {
		return NotIP
	}
	return d.etherType(protocol, b, wire, s)
}

// pptp reads the enhanced header of PPTP: payload length and call ID in place of
// the key (RFC 2637 §4.1), and the PPP frame behind it, if any.
func (d *Decoder) pptp(flags uint16, b []byte, wire int, s *Segment) Skip {
	n := 8
	if flags&greSequence != 0 {
		n += 4
	}
	if flags&greAck != 0 {
		n += 4
	}
	if len(b) < n {
		return short(b, wire)
	}
	s.Path.tunnelID(GRE, uint32(be16(b[6:])))
	length := int(be16(b[4:]))
	if length == 0 {
		return NotTCP // only an acknowledgment
	}
	b, wire = limit(length, b[n:], wire-n)
	return d.ppp(b, wire, s)
}
