package segment

import "encoding/binary"

// Fields of the frame control of IEEE 802.11 (clause 9.2.4.1), read as one
// little-endian number.
const (
	wifiTypeMask  = 0x000c
	wifiTypeData  = 0x0008
	wifiNoData    = 0x0040 // of the subtype: the frame has no body
	wifiQoS       = 0x0080 // of the subtype
	wifiToDS      = 0x0100
	wifiFromDS    = 0x0200
	wifiMoreFrags = 0x0400
	wifiProtected = 0x4000
	wifiOrder     = 0x8000 // in QoS frames: an HT control field follows
	wifiAggregate = 0x80   // of the QoS control: the body is an A-MSDU
)

// wifi reads an IEEE 802.11 frame without anything before it. The frame check
// sequence, if it was captured, lies behind the datagram and does not matter.
func (d *Decoder) wifi(b []byte, wire int, s *Segment) Skip {
	return d.wifiPadded(false, b, wire, s)
}

// wifiPadded reads an IEEE 802.11 frame (clause 9.3.2). padded means that the
// driver filled its header up to a multiple of 4 octets.
//
// An A-MSDU holds several packets; only the first TCP segment in it is returned.
// Frames that 802.11 itself fragmented are not put together.
func (d *Decoder) wifiPadded(padded bool, b []byte, wire int, s *Segment) Skip {
	if len(b) < 2 {
		return short(b, wire)
	}
	return d.wifiFrame(binary.LittleEndian.Uint16(b), padded, b, wire, s)
}

// wifiFrame reads a frame of which the frame control, its first two octets, is known.
func (d *Decoder) wifiFrame(control uint16, padded bool, b []byte, wire int, s *Segment) Skip {
	if control&wifiTypeMask != wifiTypeData || control&wifiNoData != 0 {
		return NotIP
	}
	header, qos := wifiHeader(control)
	if padded {
		header = (header + 3) &^ 3
	}
	if len(b) < header {
		return short(b, wire)
	}
	if control&wifiProtected != 0 {
		return Encrypted
	}
	const fragmentNumber = 0x0f
	if control&wifiMoreFrags != 0 || b[22]&fragmentNumber != 0 {
		return Fragment
	}
	amsdu := control&wifiQoS != 0 && b[qos]&wifiAggregate != 0
	b, wire = b[header:], wire-header
	if amsdu {
		return d.amsdu(b, wire, s)
	}
	return d.llc(b, wire, s)
}

// amsdu reads the subframes of an aggregate: destination, source, length, LLC,
// filled up to a multiple of 4 octets (IEEE 802.11 clause 9.3.2.2). It returns
// the first TCP segment, else what became of the last subframe.
func (d *Decoder) amsdu(b []byte, wire int, s *Segment) Skip {
	const header = 14
	skip, outer := BadHeader, s.Path
	for len(b) >= header {
		n := int(be16(b[12:]))
		body, bodyWire := limit(n, b[header:], wire-header)
		s.reset()
		s.Path = outer // the labels of the subframe before are not this one's
		if skip = d.llc(body, bodyWire, s); skip == Decoded || skip == ICMPError {
			return skip
		}
		n = min((header+n+3)&^3, len(b))
		b, wire = b[n:], wire-n
	}
	if len(b) < wire {
		return Truncated
	}
	return skip
}

// stripWiFi blanks the addresses of an IEEE 802.11 data frame.
func stripWiFi(b []byte, blank func([]byte)) (Inner, error) {
	if len(b) < 2 {
		return Inner{}, errCut
	}
	control := binary.LittleEndian.Uint16(b)
	header, qos := wifiHeader(control)
	switch {
	case len(b) < header:
		return Inner{}, errCut
	case control&wifiProtected != 0:
		return Inner{}, errEncrypted
	case control&wifiQoS != 0 && b[qos]&wifiAggregate != 0:
		return Inner{}, errAggregate
	}
	blank(b[4:22])
	if control&wifiToDS != 0 && control&wifiFromDS != 0 {
		blank(b[24:30])
	}
	return Inner{header, InnerLLC, 0}, nil
}

// wifiHeader returns how long the header of a data frame is, and where in it the
// QoS control stands if there is one.
func wifiHeader(control uint16) (length, qos int) {
	length = 24
	if control&wifiToDS != 0 && control&wifiFromDS != 0 {
		length += 6 // the fourth address
	}
	qos = length
	if control&wifiQoS != 0 {
		length += 2
		if control&wifiOrder != 0 {
			length += 4
		}
	}
	return length, qos
}
