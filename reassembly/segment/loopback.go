package segment

import "encoding/binary"

// Address families as the loopback headers of BSD and its kin carry them: AF_INET
// is 2 everywhere, AF_INET6 is each system's own.
const (
	afINET          = 2
	afINET6Linux    = 10
	afINET6Windows  = 23
	afINET6NetBSD   = 24 // also OpenBSD
	afINET6FreeBSD  = 28
	afINET6Darwin   = 30
	loopHeaderBytes = 4
)

// null reads LINKTYPE_NULL: the address family in the byte order of the machine
// that captured, which need not be the file's.
func (d *Decoder) null(b []byte, wire int, s *Segment) Skip {
	if len(b) < loopHeaderBytes {
		return short(b, wire)
	}
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = be32(b)
	}
	return d.family(family, b[loopHeaderBytes:], wire-loopHeaderBytes, s)
}

// loop reads LINKTYPE_LOOP: the same in network byte order.
func (d *Decoder) loop(b []byte, wire int, s *Segment) Skip {
	if len(b) < loopHeaderBytes {
		return short(b, wire)
	}
	return d.family(be32(b), b[loopHeaderBytes:], wire-loopHeaderBytes, s)
}

func (d *Decoder) family(family uint32, b []byte, wire int, s *Segment) Skip {
	switch family {
	case afINET:
		return d.ipv4(b, wire, s)
	case afINET6Linux, afINET6Windows, afINET6NetBSD, afINET6FreeBSD, afINET6Darwin:
		return d.ipv6(b, wire, s)
	}
	if family > maxLength8023 && family <= 0xffff { // some systems write an EtherType instead
		return d.etherType(uint16(family), b, wire, s)
	}
	return NotIP
}

func stripNull(b []byte, _ func([]byte)) (Inner, error) {
	if len(b) < loopHeaderBytes {
		return Inner{}, errCut
	}
	if little := binary.LittleEndian.Uint32(b); little <= 0xffff {
		return familyInner(little), nil
	}
	return familyInner(be32(b)), nil
}

func stripLoop(b []byte, _ func([]byte)) (Inner, error) {
	if len(b) < loopHeaderBytes {
		return Inner{}, errCut
	}
	return familyInner(be32(b)), nil
}

// familyInner says what stands behind an address family, as [Decoder.family] reads it.
func familyInner(family uint32) Inner {
	if family > maxLength8023 {
		return Inner{loopHeaderBytes, InnerEtherType, uint16(family)}
	}
	return Inner{loopHeaderBytes, InnerIP, 0}
}
