package alias

const minTCP = 20

// tcp goes through a TCP header, or what an ICMP error quotes of one, and takes
// away what is behind it. wire is the length of the whole segment.
func (w *walk) tcp(b []byte, wire int, ends pseudo) error {
	const least, checksum = 16, 16 // octets, and where the checksum stands
	if len(b) < 8 || len(b) < least && !w.quoted {
		return errShort
	}
	header := minTCP
	if len(b) > 12 {
		if n := int(b[12]>>4) * 4; n >= minTCP && n <= wire {
			header = n
		}
	}
	if w.part && !w.quoted && len(b) < header {
		return refuse("a TCP header in two fragments")
	}
	known := b[:min(header, len(b))]
	if len(known) > minTCP {
		w.optionsTCP(known[minTCP:])
	}
	payload := b[len(known):]
	w.cut = w.offset(payload)
	w.blank(payload)
	if w.part && !w.quoted {
		clear(payload)
		w.cut = len(w.whole)
	}
	if (w.Addresses == nil && !w.part) || len(known) < checksum+2 {
		return nil
	}
	clear(known[checksum : checksum+2])
	// All octets behind the header are 0, also those that were not captured.
	if len(known) == header && !w.quoted {
		be.PutUint16(known[checksum:], ^fold(sum(ends.sum(protoTCP, wire), known)))
	}
	return nil
}

// icmp goes through an ICMP error and what it quotes.
func (w *walk) icmp(proto uint8, b []byte, wire int, ends pseudo) error {
	const redirect, redirect6 = 5, 137
	if len(b) < 8 {
		return errShort
	}
	if w.quoted || w.part {
		return refuse("an ICMP error in pieces, or about another")
	}
	switch {
	case proto == protoICMP && b[0] == redirect:
		w.alias(b[4:8])
	case proto == protoICMPv6 && b[0] == redirect6:
		return refuse("an ICMPv6 redirect")
	}
	w.quoted = true
	if err := w.ip(b[8:], wire-8); err != nil {
		return err
	}
	if w.Addresses == nil {
		return nil
	}
	clear(b[2:4])
	start := uint32(0)
	if proto == protoICMPv6 {
		start = ends.sum(protoICMPv6, wire)
	}
	be.PutUint16(b[2:], ^fold(sum(start, b)))
	return nil
}

// sum is the checksum of the pseudo-header for n octets of a protocol.
func (p *pseudo) sum(proto uint8, n int) uint32 {
	return sum(sum(uint32(proto)+uint32(n)&0xffff+uint32(n)>>16, p.src.AsSlice()), p.dst.AsSlice())
}

// sum adds the 16-bit words of b to s (RFC 1071).
func sum(s uint32, b []byte) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		s = uint32(fold(s)) + uint32(be.Uint16(b))
	}
	if len(b) == 1 {
		s = uint32(fold(s)) + uint32(b[0])<<8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
