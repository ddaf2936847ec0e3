package segment

import "encoding/binary"

// maxLayers bounds how many headers may lie inside one another before a packet
// is taken to be hostile. A VLAN tag, an MPLS stack and a tunnel header count
// one each.
const maxLayers = 32

// A Decoder finds the TCP segment in a packet. The zero value is ready for use.
// It must not be used by two goroutines at once, and the packets of one capture
// should all go through the same Decoder, in order: it holds IP fragments until
// their datagram is complete.
type Decoder struct {
	layers int // headers entered so far in this packet
}

// NewDecoder returns a Decoder for one capture.
func NewDecoder() *Decoder { return new(Decoder) }

// Decode reads one packet of the given link type. data is what was captured of
// it, wireLen how many octets it had on the wire.
//
// It overwrites every field of s but Path.Interface, which is the caller's.
// Unless Decode returns Decoded (or ICMPError, see there), what s holds besides
// is what the headers read so far have left. s.Payload aliases data, or a buffer
// of the Decoder where fragments were put together: it is valid until the next call.
func (d *Decoder) Decode(link LinkType, data []byte, wireLen int, s *Segment) Skip {
	s.reset()
	d.layers = 0
	if wireLen < len(data) {
		wireLen = len(data)
	}
	switch link {
	case LinkEthernet:
		return d.ethernet(data, wireLen, s)
	case LinkSLL:
		return d.sll(data, wireLen, s)
	case LinkSLL2:
		return d.sll2(data, wireLen, s)
	case LinkRaw, LinkRaw12, LinkRaw14:
		return d.ip(data, wireLen, s)
	case LinkIPv4:
		return d.ipv4(data, wireLen, s)
	case LinkIPv6:
		return d.ipv6(data, wireLen, s)
	case LinkNull:
		return d.null(data, wireLen, s)
	case LinkLoop:
		return d.loop(data, wireLen, s)
	}
	return UnknownLink
}

// reset clears s but for Path.Interface, and for the SACK blocks, which their
// count invalidates.
func (s *Segment) reset() {
	s.Src, s.Dst = Endpoint{}, Endpoint{}
	s.Path = Path{Interface: s.Path.Interface}
	s.Seq, s.Ack, s.Flags, s.Window = 0, 0, 0, 0
	s.PayloadLen, s.Payload = 0, nil
	s.TTL, s.IPID, s.Is4, s.NoLen = 0, 0, false, false
	s.Options.reset()
}

func (o *Options) reset() {
	o.Cut, o.HasMSS, o.HasScale, o.HasTimestamps, o.SACKPermitted = false, false, false, false, false
	o.MSS, o.Scale, o.TSVal, o.TSEcr, o.SACKs = 0, 0, 0, 0, 0
}

// enter counts one more header; false means that there are too many.
func (d *Decoder) enter() bool {
	d.layers++
	return d.layers <= maxLayers
}

// short says why a header does not fit into b, where the layer had wire octets
// on the wire: the capture cut it, or it was never whole.
func short(b []byte, wire int) Skip {
	if len(b) < wire {
		return Truncated
	}
	return BadHeader
}

// after returns b and wire without their first n octets; b must hold them.
func after(n int, b []byte, wire int) ([]byte, int) { return b[n:], wire - n }

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
