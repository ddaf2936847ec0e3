package anonymize

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/checksum"
	"finwait/reassembly/segment"
)

var (
	client4 = []byte{192, 0, 2, 1}
	server4 = []byte{198, 51, 100, 7}
	client6 = append([]byte{0x20, 0x01, 0x0d, 0xb8}, make([]byte, 12)...)
	server6 = append([]byte{0x20, 0x01, 0x0d, 0xb9}, make([]byte, 12)...)
)

// tcp4 is a TCP header with options, and payload.
func tcp4(options, payload []byte) []byte {
	head := []byte{0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, byte(20+len(options)) / 4 << 4, 0x18, 1, 0, 0xbe, 0xef, 0, 0}
	return slices.Concat(head, options, payload)
}

func ipv4(proto uint8, fragment uint16, options, payload []byte) []byte {
	b := make([]byte, 12)
	b[0], b[8], b[9] = 0x40|byte(20+len(options))/4, 64, proto
	be.PutUint16(b[2:], uint16(20+len(options)+len(payload)))
	be.PutUint16(b[4:], 7)
	be.PutUint16(b[6:], fragment)
	return slices.Concat(b, client4, server4, options, payload)
}

func ipv6(next uint8, payload []byte) []byte {
	b := make([]byte, 8)
	b[0], b[6], b[7] = 0x60, next, 64
	be.PutUint16(b[4:], uint16(len(payload)))
	return slices.Concat(b, client6, server6, payload)
}

// valid reports whether the checksum of an IPv4 header, and of the octets of TCP
// behind ends, are right: with them in place nothing is left.
func valid(header []byte, ends []byte, tcp []byte) bool {
	s := checksum.Sum(protoTCP + len(tcp)).Add(ends).Add(tcp)
	return checksum.Of(header) == 0 && s.Checksum() == 0
}

func TestFragmentsStayWhole(t *testing.T) {
	whole := tcp4(nil, []byte(strings.Repeat("secret! ", 9)))
	first, second := ipv4(protoTCP, moreFragments, nil, whole[:48]), ipv4(protoTCP, 6, nil, whole[48:])
	for _, m := range []*Mask{{HeadersOnly: true}, {Addresses: addresses(t, "k")}, {Addresses: addresses(t, "k"), HeadersOnly: true}} {
		var b [][]byte
		for _, data := range [][]byte{first, second} {
			out, err := m.Apply(&Packet{Link: segment.LinkRaw, Data: data, Length: len(data), Part: true, Total: len(whole)})
			if err != nil || len(out) != len(data) || bytes.Contains(out, []byte("secret")) {
				t.Fatalf("%d octets, %v: %q", len(out), err, out)
			}
			b = append(b, bytes.Clone(out))
		}
		together := slices.Concat(b[0][20:], b[1][20:])
		if ends := b[0][12:20]; m.Addresses != nil && !valid(b[0][:20], ends, together) || !bytes.Equal(ends, b[1][12:20]) {
			t.Errorf("the checksum of % x is wrong", together)
		}
	}
}

func TestOptionsThatAreNotKnownAreBlanked(t *testing.T) {
	m := &Mask{Addresses: addresses(t, "k")}
	options := []byte{2, 4, 5, 0xb4, 30, 4, 0xaa, 0xbb, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 8, 0}
	route := slices.Concat([]byte{0x83, 7, 4}, []byte{203, 0, 113, 9}, []byte{0})
	data := ipv4(protoTCP, 0, route, tcp4(options, nil))
	out, err := m.Apply(&Packet{Link: segment.LinkIPv4, Data: data, Length: len(data)})
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Clone(options)
	want[6], want[7] = 0, 0 // of the kind that carries keys (Multipath TCP)
	if got := out[28+20:]; !bytes.Equal(got, want) {
		t.Errorf("options % x, want % x", got, want)
	}
	// The segment goes to the last hop of the route, which has an alias, too.
	if ends := slices.Concat(out[12:16], out[23:27]); bytes.Contains(out, []byte{203, 0, 113, 9}) || !valid(out[:28], ends, out[28:]) {
		t.Errorf("% x", out)
	}
}

func TestICMPErrorsAreAliasedInside(t *testing.T) {
	quote := ipv4(protoTCP, 0, nil, tcp4(nil, []byte("secret")))
	icmp := slices.Concat([]byte{3, 1, 0, 0, 0, 0, 0, 0}, quote)
	data := ipv4(protoICMP, 0, nil, icmp)
	m := &Mask{Addresses: addresses(t, "k"), HeadersOnly: true}
	out, err := m.Apply(&Packet{Link: segment.LinkRaw, Data: data, Length: len(data)})
	if err != nil || len(out) != 20+8+20+20 {
		t.Fatalf("%d octets, %v", len(out), err)
	}
	whole := append(bytes.Clone(out[20:]), make([]byte, 6)...) // what was cut off is 0
	if !bytes.Equal(out[12:20], out[40:48]) || checksum.Of(whole) != 0 || checksum.Of(out[28:48]) != 0 {
		t.Errorf("% x", out)
	}
	if bytes.Contains(out, client4) || bytes.Contains(out, server4) {
		t.Errorf("an address is left in % x", out)
	}
}

func TestExtensionHeadersAreFollowed(t *testing.T) {
	segmentBytes := tcp4(nil, nil)
	hop := []byte{protoRouting, 0, 5, 2, 0, 0, 1, 0}
	last := append([]byte{0x20, 0x01, 0x0d, 0xba}, make([]byte, 12)...)
	routing := slices.Concat([]byte{protoTCP, 2, 0, 1, 0, 0, 0, 0}, last)
	data := ipv6(protoHopByHop, slices.Concat(hop, routing, segmentBytes))
	m := &Mask{Addresses: addresses(t, "k")}
	out, err := m.Apply(&Packet{Link: segment.LinkIPv6, Data: data, Length: len(data)})
	if err != nil {
		t.Fatal(err)
	}
	ends := slices.Concat(out[8:24], out[56:72])
	if !valid([]byte{0xff, 0xff}, ends, out[72:]) || bytes.Contains(out, last) {
		t.Errorf("% x", out)
	}
}

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	whole := ipv4(protoTCP, 0, nil, tcp4(nil, []byte("secret")))
	ethernet := func(typ uint16, b []byte) []byte {
		return slices.Concat(make([]byte, 12), be.AppendUint16(nil, typ), b)
	}
	tests := []struct {
		name string
		link segment.LinkType
		data []byte
		why  string
	}{
		{"atm", 123, whole, "link type 123"},
		{"mpls", segment.LinkEthernet, ethernet(0x8847, whole), "EtherType 0x8847"},
		{"gre", segment.LinkRaw, ipv4(47, 0, nil, slices.Concat([]byte{0, 0, 8, 0}, whole)), "protocol 47"},
		{"vxlan", segment.LinkRaw, ipv4(17, 0, nil, make([]byte, 60)), "protocol 17"},
		{"a tunnel in fragments", segment.LinkRaw, ipv4(protoIPv4, moreFragments, nil, whole), "fragment of protocol 4"},
		{"a header in fragments", segment.LinkRaw, ipv4(protoTCP, moreFragments, nil, tcp4(nil, nil)[:16]), "two fragments"},
		{"a home address", segment.LinkIPv6, ipv6(protoDestOpts, slices.Concat([]byte{protoTCP, 2, 1, 2, 0, 0, 0xc9, 16}, client6, tcp4(nil, nil))), "home address"},
		{"ipv6 redirect", segment.LinkIPv6, ipv6(protoICMPv6, slices.Concat([]byte{137, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 40))), "redirect"},
		{"nothing", segment.LinkEthernet, nil, "cut off"},
	}
	m := &Mask{Addresses: addresses(t, "k")}
	for _, test := range tests {
		_, err := m.Apply(&Packet{Link: test.link, Data: test.data, Length: len(test.data), Part: test.name == "a header in fragments", Total: 20})
		if err == nil || !strings.Contains(err.Error(), test.why) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.why)
		}
	}
	// Headers can be told from payload all the same, if addresses may stay.
	data := tests[2].data
	var d segment.Decoder
	var s segment.Segment
	d.Decode(segment.LinkRaw, data, len(data), &s)
	out, err := (&Mask{HeadersOnly: true}).Apply(&Packet{Link: segment.LinkRaw, Data: data, Length: len(data), Payload: s.Payload})
	if err != nil || !bytes.Equal(out, data[:len(data)-6]) {
		t.Errorf("% x, %v", out, err)
	}
}

func TestTunnelsOfIPAreFollowed(t *testing.T) {
	for _, data := range [][]byte{
		ipv4(protoIPv4, 0, nil, ipv4(protoTCP, 0, nil, tcp4(nil, []byte("secret")))),
		ipv4(protoIPv6, 0, nil, ipv6(protoTCP, tcp4(nil, []byte("secret")))),
		ipv6(protoIPv4, ipv4(protoTCP, 0, nil, tcp4(nil, []byte("secret")))),
	} {
		m := &Mask{Addresses: addresses(t, "k")}
		out, err := m.Apply(&Packet{Link: segment.LinkRaw, Data: data, Length: len(data)})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range [][]byte{client4, server4, client6, server6, []byte("secret")} {
			if bytes.Contains(out, secret) {
				t.Errorf("% x holds % x", out, secret)
			}
		}
	}
}

// FuzzApply looks for packets at which the walk stumbles, or that come out longer.
func FuzzApply(f *testing.F) {
	f.Add(uint16(101), ipv4(protoTCP, 0, nil, tcp4(nil, []byte("secret"))), false)
	f.Add(uint16(1), ipv6(protoTCP, tcp4(nil, nil)), true)
	a, err := NewAddresses("k")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte, part bool) {
		for _, m := range []*Mask{{Addresses: a}, {HeadersOnly: true}, {Addresses: a, HeadersOnly: true}} {
			out, err := m.Apply(&Packet{Link: segment.LinkType(link), Data: data, Length: len(data), Part: part, Total: 100})
			if err == nil && len(out) > len(data) {
				t.Errorf("%d octets of %d", len(out), len(data))
			}
		}
	})
}
