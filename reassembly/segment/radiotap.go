package segment

import "encoding/binary"

// radiotap reads the header of LINKTYPE_IEEE802_11_RADIOTAP: version, padding,
// length, a bitmap of the fields present, the fields, all little-endian. Of the
// fields only the second, flags, says how to read the frame.
func (d *Decoder) radiotap(b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	length := int(binary.LittleEndian.Uint16(b[2:]))
	if length < 8 {
		return BadHeader
	}
	if len(b) < length {
		return short(b, wire)
	}
	flags := radiotapFlags(b[:length])
	b, wire = b[length:], wire-length
	if flags&radiotapFCS != 0 && wire >= 4 {
		b, wire = limit(wire-4, b, wire)
	}
	return d.wifiPadded(flags&radiotapPadded != 0, b, wire, s)
}

// Bits of radiotap's flags field.
const (
	radiotapFCS    = 0x10 // the frame includes its check sequence
	radiotapPadded = 0x20 // the 802.11 header is filled up to a multiple of 4 octets
)

// radiotapFlags returns the flags field of a radiotap header, 0 without one.
func radiotapFlags(header []byte) uint8 {
	const hasTSFT, hasFlags, more = 1 << 0, 1 << 1, 1 << 31
	present := binary.LittleEndian.Uint32(header[4:])
	if present&hasFlags == 0 {
		return 0
	}
	at := 8
	for word := present; word&more != 0; at += 4 {
		if len(header) < at+4 {
			return 0
		}
		word = binary.LittleEndian.Uint32(header[at:])
	}
	if present&hasTSFT != 0 {
		at = (at+7)&^7 + 8
	}
	if at >= len(header) {
		return 0
	}
	return header[at]
}

// prism reads the headers of LINKTYPE_IEEE802_11_PRISM and _AVS: a code, and
// their length in the byte order of the machine. AVS is known by its magic
// number in network byte order, also under the other link type.
func (d *Decoder) prism(b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	length := prismLength(b)
	if length < 8 || length > 0xffff {
		return BadHeader
	}
	if len(b) < int(length) {
		return short(b, wire)
	}
	return d.wifi(b[length:], wire-int(length), s)
}

// prismLength reads how long a Prism or AVS header of 8 octets or more says it is.
func prismLength(b []byte) uint32 {
	length := binary.LittleEndian.Uint32(b[4:])
	if be32(b)&0xfffff000 == 0x80211000 || length > 0xffff {
		return be32(b[4:])
	}
	return length
}

// ppi reads the header of LINKTYPE_PPI: version, flags, length and link type,
// little-endian, and fields that are of no use here.
func (d *Decoder) ppi(b []byte, wire int, s *Segment) Skip {
	if len(b) < 8 {
		return short(b, wire)
	}
	length := int(binary.LittleEndian.Uint16(b[2:]))
	link := binary.LittleEndian.Uint32(b[4:])
	if length < 8 || !d.enter() {
		return BadHeader
	}
	if len(b) < length {
		return short(b, wire)
	}
	if link > 0xffff {
		return UnknownLink
	}
	return d.link(LinkType(link), b[length:], wire-length, s)
}

// stripRadiotap leaves of a radiotap header its length and the flags. The other
// fields tell when and where the frame was heard.
func stripRadiotap(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 8 {
		return Inner{}, errCut
	}
	length := int(binary.LittleEndian.Uint16(b[2:]))
	if length < 8 {
		return Inner{}, errBad
	}
	if len(b) < length {
		return Inner{}, errCut
	}
	flags := radiotapFlags(b[:length])
	blank(b[4:length])
	if length > 8 && b[4] == 0 && flags != 0 { // blanked: flags alone are said to be there
		b[4], b[8] = 1<<1, flags
	}
	in, err := stripWiFi(b[length:], blank)
	if flags&radiotapPadded != 0 {
		in.At = (in.At + 3) &^ 3
	}
	if in.At += length; err == nil && in.At > len(b) {
		err = errCut
	}
	return in, err
}

func stripPrism(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 8 {
		return Inner{}, errCut
	}
	length := prismLength(b)
	if length < 8 || length > 0xffff {
		return Inner{}, errBad
	}
	if len(b) < int(length) {
		return Inner{}, errCut
	}
	blank(b[8:length])
	return Inner{int(length), InnerLink, uint16(LinkWiFi)}, nil
}

func stripPPI(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 8 {
		return Inner{}, errCut
	}
	length := int(binary.LittleEndian.Uint16(b[2:]))
	link := binary.LittleEndian.Uint32(b[4:])
	if length < 8 || link > 0xffff {
		return Inner{}, errBad
	}
	if len(b) < length {
		return Inner{}, errCut
	}
	blank(b[8:length])
	return Inner{length, InnerLink, uint16(link)}, nil
}
