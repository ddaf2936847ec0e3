package segment

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// The builders below make packets by hand, outermost header first: each takes
// what it carries as its last argument.

var (
	client4 = netip.MustParseAddr("192.0.2.1")
	server4 = netip.MustParseAddr("198.51.100.7")
	client6 = netip.MustParseAddr("2001:db8::1")
	server6 = netip.MustParseAddr("2001:db8::7")
)

func u16(v int) []byte    { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// tcpBytes is a segment 40000 → 443 with seq 1000, ack 2000, ACK|PSH, window 512.
func tcpBytes(options, payload []byte) []byte {
	return join(u16(40000), u16(443), u32(1000), u32(2000),
		[]byte{byte(20+len(options)) / 4 << 4, byte(ACK | PSH)}, u16(512), u16(0), u16(0), options, payload)
}

func ip4Bytes(proto uint8, payload []byte) []byte {
	return ip4Header(proto, 20+len(payload), 0x4000, nil, payload)
}

// ip4Header is an IPv4 header with the given total length, flags and fragment
// offset, and options; identification 0x1234, TTL 64.
func ip4Header(proto uint8, length, flags int, options, payload []byte) []byte {
	return join([]byte{byte(0x45 + len(options)/4), 0}, u16(length), u16(0x1234), u16(flags), []byte{64, proto},
		u16(0), client4.AsSlice(), server4.AsSlice(), options, payload)
}

func ip6Bytes(next uint8, payload []byte) []byte {
	return join(u32(0x60000000), u16(len(payload)), []byte{next, 64}, client6.AsSlice(), server6.AsSlice(), payload)
}

func etherBytes(etherType int, payload []byte) []byte {
	return join([]byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}, u16(etherType), payload)
}

var (
	timestamps = join([]byte{1, 1, 8, 10}, u32(7), u32(8))
	hello      = []byte("hello")
	tcp4       = ip4Bytes(protoTCP, tcpBytes(timestamps, hello))
	tcp6       = ip6Bytes(protoTCP, tcpBytes(timestamps, hello))
)
