package segment

import "encoding/binary"

// Of NFLOG: the octets of a field before its value, and the type of the packet.
const (
	nflogField   = 4
	nflogPayload = 9
)

// nflogHeader reads the length, with these 4 octets, and the type of a field.
func nflogHeader(b []byte) (n int, kind uint16) {
	order := binary.ByteOrder(binary.LittleEndian)
	if b[0] == 0 || b[0] > 64 && b[3] != 0 { // no field but the packet is so long
		order = binary.BigEndian
	}
	return int(order.Uint16(b)), order.Uint16(b[2:])
}

// nflog reads LINKTYPE_NFLOG, what Linux's netfilter logged: family, version,
// resource, then length, type and value of each field, in the byte order of the
// machine that captured, filled up to multiples of 4 octets. One is the packet.
func (d *Decoder) nflog(b []byte, wire int, s *Segment) Skip {
	const header = 4
	if len(b) < header {
		return short(b, wire)
	}
	b, wire = b[header:], wire-header
	for len(b) >= nflogField {
		n, kind := nflogHeader(b)
		if n < nflogField {
			return BadHeader
		}
		if kind == nflogPayload {
			b, wire = limit(n, b, wire)
			return d.ip(b[nflogField:], wire-nflogField, s)
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

// stripNFLOG blanks the values of all fields but the packet.
func stripNFLOG(b []byte, blank func([]byte)) (Inner, error) {
	at, n := 4, 0
	in := Inner{}
	for ; at+nflogField <= len(b); at += (n + 3) &^ 3 {
		kind := uint16(0)
		n, kind = nflogHeader(b[at:])
		switch {
		case n < nflogField:
			return Inner{}, errBad
		case kind == nflogPayload && in.At == 0:
			in.At = at + nflogField
		case kind != nflogPayload:
			blank(b[at+nflogField : min(at+n, len(b))])
		}
	}
	if in.At == 0 {
		return Inner{}, errCut
	}
	return in, nil
}

// stripPKTAP leaves of the header its length and the two types; the rest names
// interfaces and programs.
func stripPKTAP(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 12 {
		return Inner{}, errCut
	}
	length := binary.LittleEndian.Uint32(b)
	link := binary.LittleEndian.Uint32(b[8:])
	switch {
	case length < 12 || link > 0xffff:
		return Inner{}, errBad
	case uint64(len(b)) < uint64(length):
		return Inner{}, errCut
	}
	blank(b[12:length])
	return Inner{int(length), InnerLink, uint16(link)}, nil
}
