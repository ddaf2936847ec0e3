package segment

import "testing"

func TestSkips(t *testing.T) {
	badVersion := join(tcp4)
	badVersion[0] = 0x55
	badHeader := join(tcp4)
	badHeader[0] = 0x44
	badLength := join(tcp4)
	copy(badLength[2:], u16(10))
	nest := tcp4
	for range maxLayers + 1 {
		nest = ip4Bytes(4, nest)
	}
	tests := []struct {
		name string
		link LinkType
		data []byte
		want Skip
	}{
		{"arp", LinkEthernet, etherBytes(0x0806, make([]byte, 28)), NotIP},
		{"spanning tree", LinkEthernet, etherBytes(38, join([]byte{0x42, 0x42, 3}, make([]byte, 43))), NotIP},
		{"no length, no type", LinkEthernet, etherBytes(1501, tcp4), NotIP},
		{"ipv4 under the type of ipv6", LinkEthernet, etherBytes(0x86dd, tcp4), BadHeader},
		{"neither ipv4 nor ipv6", LinkRaw, badVersion, NotIP},
		{"ip version", LinkIPv4, badVersion, BadHeader},
		{"ip header length", LinkIPv4, badHeader, BadHeader},
		{"ip total length", LinkIPv4, badLength, BadHeader},
		{"unknown family", LinkNull, join([]byte{7, 0, 0, 0}, tcp4), NotIP},
		{"dns", LinkRaw, udpBytes(50000, 53, make([]byte, 20)), NotTCP},
		{"not vxlan after all", LinkRaw, udpBytes(4789, 53, make([]byte, 20)), NotTCP},
		{"no next header", LinkRaw, ip6Bytes(59, nil), NotTCP},
		{"sctp", LinkRaw, ip4Bytes(132, make([]byte, 20)), NotTCP},
		{"ping", LinkRaw, ip4Bytes(1, join([]byte{8, 0}, make([]byte, 6), tcp4)), NotTCP},
		{"esp", LinkRaw, ip4Bytes(50, make([]byte, 40)), Encrypted},
		{"esp in udp", LinkRaw, udpBytes(4500, 4500, join(u32(1), make([]byte, 40))), Encrypted},
		{"ike", LinkRaw, udpBytes(4500, 4500, make([]byte, 40)), NotTCP},
		{"wpa", LinkWiFi, wifiBytes(0x0842, 24, tcp4), Encrypted},
		{"macsec", LinkEthernet, etherBytes(0x88e5, join([]byte{0x0c, 0}, make([]byte, 60))), Encrypted},
		{"beacon", LinkWiFi, make([]byte, 40), NotIP},
		{"null data", LinkWiFi, join([]byte{0x48, 1}, make([]byte, 22)), NotIP},
		{"wifi fragment", LinkWiFi, wifiBytes(0x0806, 24, tcp4), Fragment},
		{"ppp control", LinkPPP, pppBytes(0xc021, make([]byte, 10)), NotIP},
		{"ppp encrypted", LinkPPP, pppBytes(0x53, make([]byte, 10)), Encrypted},
		{"pppoe discovery", LinkPPPoE, []byte{0x11, 9, 0, 0, 0, 0}, NotIP},
		{"pptp acknowledgment", LinkRaw, greBytes(0x2081, 0x880b, join(u32(77), u32(1))), NotTCP},
		{"gtp echo", LinkRaw, udpBytes(2152, 2152, []byte{0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0}), NotTCP},
		{"l2tp control", LinkRaw, udpBytes(1701, 1701, join(u16(0xc802), u16(12), make([]byte, 8))), NotTCP},
		{"too deep", LinkRaw, nest, BadHeader},
		{"unknown link", 147, tcp4, UnknownLink},
		{"not a packet", LinkNone, tcp4, NotPacket},
		{"empty", LinkEthernet, nil, BadHeader},
		{"tcp of 15 octets", LinkRaw, ip4Bytes(6, tcp4[20:35]), BadHeader},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var d Decoder
			var s Segment
			if got := d.Decode(test.link, test.data, len(test.data), &s); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// Whatever snaplen leaves of a packet is read as far as it goes: up to SEG.WND it
// is Truncated, behind that it is the whole segment as far as its length goes.
func TestSnaplen(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			var d Decoder
			var s Segment
			lastSkip := Truncated
			for n := range c.data {
				skip := d.Decode(c.link, c.data[:n:n], len(c.data), &s)
				if skip == Decoded && s.PayloadLen != 5 {
					t.Fatalf("%d octets captured: %d octets of payload", n, s.PayloadLen)
				}
				if skip != Decoded && skip != Truncated || skip == Truncated && lastSkip == Decoded {
					t.Fatalf("%d octets captured: %v", n, skip)
				}
				lastSkip = skip
			}
		})
	}
}

func TestCutOptions(t *testing.T) {
	frame := etherBytes(0x0800, tcp4)
	var d Decoder
	var s Segment
	for n, want := range map[int]Options{
		14 + 20 + 16: {Cut: true},
		14 + 20 + 20: {Cut: true},
		14 + 20 + 31: {Cut: true},
		14 + 20 + 32: {HasTimestamps: true, TSVal: 7, TSEcr: 8},
	} {
		if skip := d.Decode(LinkEthernet, frame[:n], len(frame), &s); skip != Decoded || s.Options != want {
			t.Errorf("%d octets captured: %v, options %+v", n, skip, s.Options)
		}
		if s.PayloadLen != 5 || len(s.Payload) != 0 {
			t.Errorf("%d octets captured: payload %d, %q", n, s.PayloadLen, s.Payload)
		}
	}
}

// Behind a data offset that cannot be, nothing is read; but it is a segment.
func TestBadOffset(t *testing.T) {
	for _, offset := range []byte{0, 4, 15} {
		b := ip4Bytes(6, tcpBytes(nil, hello))
		b[20+12] = offset << 4
		var d Decoder
		var s Segment
		if skip := d.Decode(LinkRaw, b, len(b), &s); skip != Decoded || !s.BadOffset || s.ShortOffset != (offset < 5) || s.PayloadLen != 0 || s.Payload != nil {
			t.Errorf("offset %d: %v, %+v", offset, skip, s)
		}
	}
}

// Segmentation offload leaves the IP length 0: what was captured counts.
func TestNoLength(t *testing.T) {
	for _, b := range [][]byte{join(tcp4), join(tcp6)} {
		at := 2
		if b[0]>>4 == 6 {
			at = 4
		}
		copy(b[at:], u16(0))
		var d Decoder
		var s Segment
		if skip := d.Decode(LinkRaw, b, len(b), &s); skip != Decoded || !s.NoLen {
			t.Errorf("%v, %+v", skip, s)
		}
		checkHello(t, &s)
	}
}

// A jumbogram has its length in a hop-by-hop option (RFC 2675 §3).
func TestJumbogram(t *testing.T) {
	body := tcpBytes(timestamps, make([]byte, 70000))
	b := ip6Bytes(0, join([]byte{6, 0, 0xc2, 4}, u32(uint32(8+len(body))), body))
	copy(b[4:], u16(0))
	var d Decoder
	var s Segment
	if skip := d.Decode(LinkRaw, b[:200], len(b)+10, &s); skip != Decoded || s.PayloadLen != 70000 || s.NoLen {
		t.Errorf("%v, %d octets of payload", skip, s.PayloadLen)
	}
}

// The IP length is right where a tool shortened the frame and its record alike,
// but a SYN with payload behind the frame's end has a damaged length.
func TestLengthBeyondTheFrame(t *testing.T) {
	b := ip4Header(protoTCP, 1032, 0, nil, tcpBytes(timestamps, nil))
	var d Decoder
	var s Segment
	if skip := d.Decode(LinkRaw, b, len(b), &s); skip != Decoded || s.PayloadLen != 980 {
		t.Errorf("%v, %d octets of payload", skip, s.PayloadLen)
	}
	b[20+13] = byte(SYN | ACK)
	if skip := d.Decode(LinkRaw, b, len(b), &s); skip != Decoded || s.PayloadLen != 0 {
		t.Errorf("SYN: %v, %d octets of payload", skip, s.PayloadLen)
	}
}

// The connection is with the last hop of a source route, not with the next one.
func TestSourceRoutes(t *testing.T) {
	last4 := []byte{203, 0, 113, 9}
	last6 := join(u32(0x20010db8), make([]byte, 11), []byte{9})
	segments := ip6Bytes(43, join([]byte{6, 2, 4, 1}, u32(0), last6, tcp6[40:]))
	for name, b := range map[string][]byte{
		"loose":    ip4Header(6, 28+len(tcp4)-20, 0, join([]byte{0x83, 7, 4}, last4, []byte{0}), tcp4[20:]),
		"strict":   ip4Header(6, 28+len(tcp4)-20, 0, join([]byte{1, 0x89, 7, 4}, last4), tcp4[20:]),
		"type 0":   ip6Bytes(43, join([]byte{6, 4, 0, 1}, u32(0), make([]byte, 16), last6, tcp6[40:])),
		"segments": segments,
	} {
		var d Decoder
		var s Segment
		skip := d.Decode(LinkRaw, b, len(b), &s)
		if got := s.Dst.Addr.IP().String(); skip != Decoded || got != "203.0.113.9" && got != "2001:db8::9" {
			t.Errorf("%s: %v, to %v", name, skip, got)
		}
	}
}
