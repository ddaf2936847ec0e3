package anonymize

import (
	"fmt"
	"net/netip"

	"finwait/reassembly/checksum"
	"finwait/reassembly/segment"
)

// Mask says what packets are to lose.
type Mask struct {
	// Addresses, if set, replaces IP addresses. Then hardware addresses, payload,
	// options that are not known to be harmless, and what stands behind a datagram
	// are blanked, and checksums made right.
	Addresses *Addresses

	// HeadersOnly cuts packets off behind the TCP header. IP fragments, which could
	// not be put together then, have their payload blanked instead.
	HeadersOnly bool

	buf []byte
}

// Packet is a packet that holds a TCP segment, an ICMP error about one, or a
// fragment of either.
type Packet struct {
	Link    segment.LinkType
	Data    []byte
	Length  int    // octets on the wire
	Payload []byte // of the segment, where it lies in Data; else nil

	Part  bool // one of several fragments, which are all there
	Total int  // octets of the payload of their datagram
}

// Apply returns what is left of a packet. The octets are valid until the next
// call. It is an error if the packet holds anything that is not known well enough.
func (m *Mask) Apply(p *Packet) ([]byte, error) {
	if m.Addresses == nil && !m.HeadersOnly {
		return p.Data, nil
	}
	m.buf = append(m.buf[:0], p.Data...)
	w := &walk{Mask: m, part: p.Part, total: p.Total, whole: m.buf, cut: len(m.buf)}
	switch err := w.link(p.Link, m.buf, max(p.Length, len(p.Data))); {
	case err == nil && m.HeadersOnly:
		return m.buf[:w.cut], nil
	case err == nil:
		return m.buf, nil
	case m.Addresses == nil && !p.Part && p.Payload != nil:
		return p.Data[:cap(p.Data)-cap(p.Payload)], nil // whatever stands around it
	default:
		return nil, err
	}
}

// walk goes down through the headers of a packet and changes them. Its methods
// take, like those of segment.Decoder, the octets captured from their own header
// on, and how many there were on the wire.
type walk struct {
	*Mask
	part  bool
	total int
	whole []byte
	cut   int // where the payload begins

	quoted bool // inside what an ICMP error quotes
	depth  int
}

// pseudo is what a TCP checksum covers of the IP header (RFC 9293 §3.1).
type pseudo struct{ src, dst netip.Addr }

// sum is its part in the checksum of n octets of a protocol.
func (p *pseudo) sum(proto uint8, n int) checksum.Sum { return checksum.Pseudo(p.src, p.dst, proto, n) }

// maxDepth bounds how many headers lie inside one another.
const maxDepth = 16

func refuse(format string, args ...any) error {
	return fmt.Errorf("cannot be rewritten safely: "+format, args...)
}

var errShort = refuse("a header was cut off")

// zero overwrites octets that nobody is to see.
func (w *walk) zero(b []byte) {
	if w.Addresses != nil {
		clear(b)
	}
}

// anonymize replaces the address that b is.
func (w *walk) anonymize(b []byte) netip.Addr {
	ip, _ := netip.AddrFromSlice(b)
	if w.Addresses != nil {
		ip = w.Addresses.Of(ip)
		copy(b, ip.AsSlice())
	}
	return ip
}

// offset returns where b begins in the packet.
func (w *walk) offset(b []byte) int { return cap(w.whole) - cap(b) }

// deeper counts one more header.
func (w *walk) deeper() error {
	if w.depth++; w.depth > maxDepth {
		return refuse("too many headers")
	}
	return nil
}
