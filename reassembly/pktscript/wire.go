package pktscript

import (
	"encoding/binary"
	"net/netip"

	"finwait/reassembly/checksum"
	"finwait/reassembly/segment"
)

// IP protocol numbers.
const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

var be = binary.BigEndian

// ipHeader is what a script can say of an IP header.
type ipHeader struct {
	src, dst netip.Addr // of one family
	ttl, tos uint8
	id       uint16 // IPv4
	nodf     bool   // IPv4
	flow     uint32 // IPv6
}

// appendIP appends the header h for n octets of protocol proto.
func appendIP(b []byte, h *ipHeader, proto uint8, n int) []byte {
	if !h.src.Is4() {
		b = be.AppendUint32(b, 6<<28|uint32(h.tos)<<20|h.flow&0xfffff)
		b = be.AppendUint16(b, uint16(n))
		b = append(b, proto, h.ttl)
		return append(append(b, h.src.AsSlice()...), h.dst.AsSlice()...)
	}
	at := len(b)
	b = append(b, 0x45, h.tos)
	b = be.AppendUint16(b, uint16(20+n))
	b = be.AppendUint16(b, h.id)
	if h.nodf {
		b = append(b, 0, 0)
	} else {
		b = append(b, 0x40, 0)
	}
	b = append(b, h.ttl, proto, 0, 0)
	b = append(append(b, h.src.AsSlice()...), h.dst.AsSlice()...)
	be.PutUint16(b[at+10:], checksum.Of(b[at:]))
	return b
}

// tcpHeader is what a script can say of a TCP header.
type tcpHeader struct {
	src, dst   uint16
	seq, ack   uint32
	flags      segment.Flags
	win, urg   uint16
	opts       []byte // padded to whole words
	payload    []byte
	sum        uint16
	overridden bool // sum stands for the checksum
}

// appendTCP appends the segment h between the addresses of ip.
func appendTCP(b []byte, h *tcpHeader, ip *ipHeader) []byte {
	at := len(b)
	b = be.AppendUint16(b, h.src)
	b = be.AppendUint16(b, h.dst)
	b = be.AppendUint32(b, h.seq)
	b = be.AppendUint32(b, h.ack)
	b = append(b, uint8(20+len(h.opts))/4<<4, uint8(h.flags))
	b = be.AppendUint16(b, h.win)
	b = append(b, 0, 0)
	b = be.AppendUint16(b, h.urg)
	b = append(append(b, h.opts...), h.payload...)
	if !h.overridden {
		h.sum = transportSum(ip, protoTCP, b[at:])
	}
	be.PutUint16(b[at+16:], h.sum)
	return b
}

// appendUDP appends a UDP datagram without a checksum field of 0.
func appendUDP(b []byte, src, dst uint16, payload []byte, ip *ipHeader) []byte {
	at := len(b)
	b = be.AppendUint16(b, src)
	b = be.AppendUint16(b, dst)
	b = be.AppendUint16(b, uint16(8+len(payload)))
	b = append(append(b, 0, 0), payload...)
	be.PutUint16(b[at+6:], transportSum(ip, protoUDP, b[at:]))
	return b
}

// appendICMP appends an ICMP or ICMPv6 error that quotes a packet.
func appendICMP(b []byte, typ, code uint8, quote []byte, ip *ipHeader) []byte {
	at := len(b)
	b = append(b, typ, code, 0, 0, 0, 0, 0, 0)
	b = append(b, quote...)
	if ip.src.Is4() {
		be.PutUint16(b[at+2:], checksum.Of(b[at:]))
	} else {
		be.PutUint16(b[at+2:], transportSum(ip, protoICMPv6, b[at:]))
	}
	return b
}

// transportSum is the checksum of b with its pseudo-header.
func transportSum(ip *ipHeader, proto uint8, b []byte) uint16 {
	return checksum.Pseudo(ip.src, ip.dst, proto, len(b)).Add(b).Checksum()
}

// options are the TCP options that scripts can name.
type options struct {
	mss, wscale  int // -1 where absent
	sackOK, ts   bool
	tsVal, tsEcr uint32
	sack         [][2]uint32
	verbatim     []byte // all options, where no name fits
	hasVerbatim  bool
}

// encode lays the options out as Linux does.
func (o *options) encode() []byte {
	if o.hasVerbatim {
		return o.verbatim
	}
	var b []byte
	if o.mss >= 0 {
		b = be.AppendUint16(append(b, 2, 4), uint16(o.mss))
	}
	switch {
	case o.sackOK && o.ts:
		b = append(b, 4, 2)
	case o.sackOK:
		b = append(b, 1, 1, 4, 2)
	case o.ts:
		b = append(b, 1, 1)
	}
	if o.ts {
		b = be.AppendUint32(append(b, 8, 10), o.tsVal)
		b = be.AppendUint32(b, o.tsEcr)
	}
	if o.wscale >= 0 {
		b = append(b, 1, 3, 3, uint8(o.wscale))
	}
	if len(o.sack) > 0 {
		b = append(b, 1, 1, 5, uint8(2+8*len(o.sack)))
		for _, s := range o.sack {
			b = be.AppendUint32(be.AppendUint32(b, s[0]), s[1])
		}
	}
	return b
}
