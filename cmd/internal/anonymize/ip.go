package anonymize

import "finwait/reassembly/checksum"

// Protocol numbers.
const (
	protoHopByHop = 0
	protoICMP     = 1
	protoIPv4     = 4
	protoTCP      = 6
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoICMPv6   = 58
	protoDestOpts = 60
)

// fragmentBits of octets 6 and 7 of an IPv4 header: more fragments, and the offset
// in units of 8 octets.
const (
	moreFragments  = 0x2000
	fragmentOffset = 0x1fff
)

func (w *walk) ip(b []byte, wire int) error {
	if len(b) == 0 {
		return errShort
	}
	switch b[0] >> 4 {
	case 4:
		return w.ipv4(b, wire)
	case 6:
		return w.ipv6(b, wire)
	}
	return refuse("no IP header where one is announced")
}

// ends cuts b down to the n octets of a datagram and blanks what is behind it.
func (w *walk) ends(n int, b []byte) []byte {
	if n >= len(b) {
		return b
	}
	w.zero(b[n:])
	return b[:n]
}

func (w *walk) ipv4(b []byte, wire int) error {
	if err := w.deeper(); err != nil {
		return err
	}
	if len(b) < 20 {
		return errShort
	}
	header := int(b[0]&0x0f) * 4
	if length := int(be.Uint16(b[2:])); length != 0 {
		b, wire = w.ends(length, b), length
	}
	if header < 20 || len(b) < header || wire < header {
		return errShort
	}
	ends := pseudo{w.anonymize(b[12:16]), w.anonymize(b[16:20])}
	if last := w.options4(b[20:header]); last != nil {
		ends.dst = w.plain(last)
	}
	if w.Addresses != nil {
		be.PutUint16(b[10:], 0)
		be.PutUint16(b[10:], checksum.Of(b[:header]))
	}
	proto, field := b[9], be.Uint16(b[6:])
	b, wire = b[header:], wire-header
	if field&(moreFragments|fragmentOffset) == 0 || w.quoted {
		return w.transport(proto, b, wire, ends)
	}
	return w.fragment(proto, int(field&fragmentOffset), b, wire, ends)
}

// fragment goes on in a fragment of a datagram. Only TCP is known not to hold
// anything but payload in its later ones.
func (w *walk) fragment(proto uint8, offset int, b []byte, wire int, ends pseudo) error {
	switch {
	case proto != protoTCP:
		return refuse("a fragment of protocol %d", proto)
	case offset > 0:
		if w.part {
			clear(b)
		}
		w.zero(b)
		return nil
	case w.part:
		wire = w.total
	}
	return w.transport(proto, b, wire, ends)
}

func (w *walk) ipv6(b []byte, wire int) error {
	const header = 40
	if err := w.deeper(); err != nil {
		return err
	}
	if len(b) < header {
		return errShort
	}
	if length := int(be.Uint16(b[4:])); length != 0 {
		b, wire = w.ends(header+length, b), header+length
	}
	ends := pseudo{w.anonymize(b[8:24]), w.anonymize(b[24:40])}
	next := b[6]
	b, wire = b[header:], wire-header
	for {
		switch next {
		case protoHopByHop, protoDestOpts, protoRouting:
		case protoFragment:
			return w.fragment6(b, wire, ends)
		default:
			return w.transport(next, b, wire, ends)
		}
		n, err := w.extension(next, b, &ends)
		if err != nil {
			return err
		}
		next, b, wire = b[0], b[n:], wire-n
	}
}

func (w *walk) fragment6(b []byte, wire int, ends pseudo) error {
	if len(b) < 8 {
		return errShort
	}
	next, field := b[0], be.Uint16(b[2:])
	b, wire = b[8:], wire-8
	if field&^6 == 0 || w.quoted { // an atomic one (RFC 6946)
		return w.transport(next, b, wire, ends)
	}
	return w.fragment(next, int(field>>3), b, wire, ends)
}

// transport goes on behind an IP header.
func (w *walk) transport(proto uint8, b []byte, wire int, ends pseudo) error {
	switch proto {
	case protoTCP:
		return w.tcp(b, wire, ends)
	case protoICMP, protoICMPv6:
		return w.icmp(proto, b, wire, ends)
	case protoIPv4, protoIPv6:
		return w.ip(b, wire)
	}
	return refuse("IP protocol %d", proto)
}
