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
	layers    int  // headers entered so far in this packet
	quoted    bool // inside what an ICMP error quotes
	excess    int  // octets that an IPv4 header claims beyond the frame around it
	fragments fragments

	// Frame is the number of the packet that is decoded next, for Parts; 0 where
	// Parts is not asked for.
	Frame int64
	parts []int64
}

// NewDecoder returns a Decoder for one capture.
func NewDecoder() *Decoder { return new(Decoder) }

// Decode reads one packet of the given link type. data is what was captured of
// it, wireLen how many octets it had on the wire.
//
// It overwrites every field of s but Path.Interface, which is the caller's.
// Unless Decode returns Decoded or ICMPError, s holds what the headers read so
// far have left there. s.Payload aliases data, or a buffer of the Decoder where
// fragments were put together: it is valid until the next call.
func (d *Decoder) Decode(link LinkType, data []byte, wireLen int, s *Segment) Skip {
	s.reset()
	d.layers, d.quoted, d.excess = 0, false, 0
	if d.fragments.done != nil {
		d.fragments.release()
	}
	if d.parts = d.parts[:0]; d.Frame != 0 {
		d.parts = append(d.parts, d.Frame)
	}
	return d.link(link, data, max(wireLen, len(data)), s)
}

// link reads the header of the link layer. It, and all that it calls, takes the
// octets captured from its own header on, b, and how many there were on the
// wire, wire ≥ len(b).
func (d *Decoder) link(link LinkType, b []byte, wire int, s *Segment) Skip {
	if link == LinkNone {
		return NotPacket
	}
	if row := link.row(); row != nil {
		return row.decode(d, b, wire, s)
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
	s.TTL, s.IPID, s.Is4, s.NoLen, s.BadOffset, s.ShortOffset = 0, 0, false, false, false, false
	s.ICMP = ICMP{}
	s.Options.reset()
}

func (o *Options) reset() {
	o.Cut, o.HasMSS, o.HasScale, o.HasTimestamps, o.SACKPermitted, o.Multipath = false, false, false, false, false, false
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

// limit cuts b and wire down to n octets, where a length field says that the
// layer ends there.
func limit(n int, b []byte, wire int) ([]byte, int) {
	if n < wire {
		wire = n
	}
	if n < len(b) {
		b = b[:n]
	}
	return b, wire
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
