package segment

import (
	"testing"
)

// carriers lists ways to carry one and the same segment.
var carriers = []struct {
	name string
	link LinkType
	data []byte
	path Path
}{
	{name: "ethernet", link: LinkEthernet, data: etherBytes(0x0800, tcp4)},
	{name: "ethernet ipv6", link: LinkEthernet, data: etherBytes(0x86dd, tcp6)},
	{name: "802.1Q", link: LinkEthernet, data: etherBytes(0x8100, join(u16(0x6005), u16(0x0800), tcp4)), path: Path{VLAN: [2]uint16{5}, VLANs: 1}},
	{name: "802.1ad", link: LinkEthernet, data: etherBytes(0x88a8, join(u16(100), u16(0x8100), u16(5), u16(0x86dd), tcp6)), path: Path{VLAN: [2]uint16{100, 5}, VLANs: 2}},
	{name: "raw", link: LinkRaw, data: tcp4},
	{name: "raw 12", link: LinkRaw12, data: tcp6},
	{name: "raw 14", link: LinkRaw14, data: tcp6},
	{name: "ipv4", link: LinkIPv4, data: tcp4},
	{name: "ipv6", link: LinkIPv6, data: tcp6},
	{name: "null little-endian", link: LinkNull, data: join([]byte{2, 0, 0, 0}, tcp4)},
	{name: "null big-endian", link: LinkNull, data: join([]byte{0, 0, 0, 30}, tcp6)},
	{name: "loop", link: LinkLoop, data: join([]byte{0, 0, 0, 24}, tcp6)},
	{name: "sll", link: LinkSLL, data: join(u16(0), u16(1), u16(6), make([]byte, 8), u16(0x0800), tcp4)},
	{name: "sll2", link: LinkSLL2, data: join(u16(0x86dd), u16(0), u32(1), u16(1), []byte{0, 6}, make([]byte, 8), tcp6)},
}

func TestCarriers(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			var d Decoder
			var s Segment
			s.Path.Interface = 3
			if skip := d.Decode(c.link, c.data, len(c.data), &s); skip != Decoded {
				t.Fatalf("got %v, want a segment", skip)
			}
			c.path.Interface = 3
			if s.Path != c.path {
				t.Errorf("path %+v, want %+v", s.Path, c.path)
			}
			checkHello(t, &s)
			if n := testing.AllocsPerRun(100, func() { d.Decode(c.link, c.data, len(c.data), &s) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

// checkHello compares s with what tcp4 and tcp6 say.
func checkHello(t *testing.T, s *Segment) {
	t.Helper()
	src, dst := client6, server6
	if s.Is4 {
		src, dst = client4, server4
	}
	if s.Src != (Endpoint{AddrFrom(src), 40000}) || s.Dst != (Endpoint{AddrFrom(dst), 443}) {
		t.Errorf("endpoints %v → %v", s.Src.AddrPort(), s.Dst.AddrPort())
	}
	if s.Seq != 1000 || s.Ack != 2000 || s.Flags != ACK|PSH || s.Window != 512 || s.TTL != 64 {
		t.Errorf("seq %d ack %d flags %x window %d TTL %d", s.Seq, s.Ack, s.Flags, s.Window, s.TTL)
	}
	if s.PayloadLen != 5 || string(s.Payload) != "hello" {
		t.Errorf("%d octets of payload, %q", s.PayloadLen, s.Payload)
	}
	if o := s.Options; !o.HasTimestamps || o.TSVal != 7 || o.TSEcr != 8 || o.Cut {
		t.Errorf("options %+v", o)
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range carriers {
		b.Run(c.name, func(b *testing.B) {
			var d Decoder
			var s Segment
			for b.Loop() {
				d.Decode(c.link, c.data, len(c.data), &s)
			}
		})
	}
}
