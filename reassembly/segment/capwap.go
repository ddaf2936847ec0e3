package segment

import "encoding/binary"

// capwap reads the data channel of CAPWAP, by which access points hand the frames of
// their stations to a controller: a preamble, the header (RFC 5415 §4.3), and an Ethernet
// or IEEE 802.11 frame, or a fragment of one.
func (d *Decoder) capwap(b []byte, wire int, s *Segment) Skip {
	const (
		fixed     = 8
		isNative  = 1 << 8 // T: a frame of the wireless binding, else of Ethernet
		isPart    = 1 << 7 // F
		isLast    = 1 << 6 // L
		keepAlive = 1 << 3 // K
		encrypted = 1      // preamble: DTLS
	)
	if len(b) < fixed {
		return short(b, wire)
	}
	flags := be32(b) & 0xffffff
	header, binding := int(flags>>19)*4, flags>>9&0x1f
	switch {
	case b[0]&0x0f == encrypted:
		return Encrypted
	case b[0] != 0 || header < fixed:
		return NotTCP // another version, or no CAPWAP
	case len(b) < header:
		return short(b, wire)
	case flags&keepAlive != 0:
		return NotTCP
	}
	part, offset := be16(b[4:]), int(be16(b[6:])&^7)
	b, wire = b[header:], wire-header
	if flags&isPart != 0 {
		if len(b) < wire || d.quoted {
			return Fragment
		}
		key := fragmentKey{src: s.Src.Addr, dst: s.Dst.Addr, id: uint32(part), capwap: true}
		whole := d.put(key, 0, offset, flags&isLast == 0, b)
		if whole == nil {
			return Fragment
		}
		b, wire = whole.buf[:whole.total], whole.total
	}
	s.Path.tunnel(CAPWAP)
	if flags&isNative == 0 {
		return d.ethernet(b, wire, s)
	}
	const wifi = 1
	if binding != wifi {
		return NotTCP
	}
	if len(b) < 2 {
		return short(b, wire)
	}
	// Access points swap the octets of the frame control, against RFC 5416 §2.2, and
	// Wireshark takes it so.
	return d.wifiFrame(binary.BigEndian.Uint16(b), false, b, wire, s)
}
