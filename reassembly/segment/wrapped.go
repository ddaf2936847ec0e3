package segment

import "encoding/binary"

// nflog reads LINKTYPE_NFLOG, what Linux's netfilter logged: family, version,
// resource, then length, type and value of each field, in the byte order of the
// machine that captured, filled up to multiples of 4 octets. One is the packet.
func (d *Decoder) nflog(b []byte, wire int, s *Segment) Skip {
	const header, field, payload = 4, 4, 9
	if len(b) < header {
		return short(b, wire)
	}
	b, wire = b[header:], wire-header
	for len(b) >= field {
		order := binary.ByteOrder(binary.LittleEndian)
		if b[0] == 0 || b[0] > 64 && b[3] != 0 { // no field but the packet is so long
			order = binary.BigEndian
		}
		n, kind := int(order.Uint16(b)), order.Uint16(b[2:])
		if n < field {
			return BadHeader
		}
		if kind == payload {
			b, wire = limit(n, b, wire)
			return d.ip(b[field:], wire-field, s)
		}
		if n = (n + 3) &^ 3; n > len(b) {
			break
		}
		b, wire = b[n:], wire-n
	}
	return short(b, wire)
}

// pktap reads LINKTYPE_PKTAP of macOS: header length, record type and the link
// type of the packet behind it, little-endian.
func (d *Decoder) pktap(b []byte, wire int, s *Segment) Skip {
	if len(b) < 12 {
		return short(b, wire)
	}
	length := binary.LittleEndian.Uint32(b)
	link := binary.LittleEndian.Uint32(b[8:])
	switch {
	case length < 12 || !d.enter():
		return BadHeader
	case uint64(len(b)) < uint64(length):
		return short(b, wire)
	case link > 0xffff:
		return UnknownLink
	}
	return d.link(LinkType(link), b[length:], wire-int(length), s)
}
