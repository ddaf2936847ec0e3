package segment

import (
	"net/netip"
	"testing"
)

func TestICMP(t *testing.T) {
	unreachable := func(n int) []byte { return ip4Bytes(1, join([]byte{3, 13}, make([]byte, 6), tcp4[:n])) }
	redirect6 := join([]byte{137, 0}, make([]byte, 6), make([]byte, 32), []byte{4, 20}, make([]byte, 6), tcp6, make([]byte, 61))
	tests := []struct {
		name   string
		data   []byte
		icmp   ICMP
		header bool
	}{
		{"eight octets", unreachable(28), ICMP{Type: 3, Code: 13}, false},
		{"fifteen octets", unreachable(35), ICMP{Type: 3, Code: 13}, false},
		{"sixteen octets", unreachable(36), ICMP{Type: 3, Code: 13}, true},
		{"everything", unreachable(len(tcp4)), ICMP{Type: 3, Code: 13}, true},
		{"time exceeded", ip4Bytes(1, join([]byte{11, 0}, make([]byte, 6), tcp4)), ICMP{Type: 11}, true},
		{"redirect", ip4Bytes(1, join([]byte{5, 1}, make([]byte, 6), tcp4)), ICMP{Type: 5, Code: 1}, false},
		{"too big", ip6Bytes(58, join([]byte{2, 0}, u16(0), u32(1280), tcp6)), ICMP{Type: 2}, true},
		{"redirect in ipv6", ip6Bytes(58, redirect6), ICMP{Type: 137}, true},
		{"in a tunnel", greBytes(0, 0x0800, unreachable(36)), ICMP{Type: 3, Code: 13}, true},
		{"of a tunnel", ip4Bytes(1, join([]byte{3, 1}, make([]byte, 6), greBytes(0, 0x0800, tcp4))), ICMP{Type: 3, Code: 1}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var d Decoder
			var s Segment
			if skip := d.Decode(LinkRaw, test.data, len(test.data), &s); skip != ICMPError {
				t.Fatal(skip)
			}
			test.icmp.From = AddrFrom(client6)
			if s.Is4 {
				test.icmp.From = AddrFrom(client4)
			}
			test.icmp.Header = test.header
			if s.ICMP != test.icmp {
				t.Errorf("%+v, want %+v", s.ICMP, test.icmp)
			}
			if s.Src.Port != 40000 || s.Dst.Port != 443 || s.Seq != 1000 {
				t.Errorf("quoted %v → %v, seq %d", s.Src.AddrPort(), s.Dst.AddrPort(), s.Seq)
			}
			if test.header && (s.Ack != 2000 || s.Flags != ACK|PSH) {
				t.Errorf("quoted ack %d, flags %b", s.Ack, s.Flags)
			}
		})
	}
}

// The router that reports an error is not the segment's addressee.
func TestICMPFrom(t *testing.T) {
	b := ip4Bytes(1, join([]byte{3, 1}, make([]byte, 6), tcp4))
	router := netip.MustParseAddr("203.0.113.1")
	copy(b[12:], router.AsSlice())
	var d Decoder
	var s Segment
	if skip := d.Decode(LinkRaw, b, len(b), &s); skip != ICMPError || s.ICMP.From.IP() != router || s.Dst.Addr.IP() != server4 {
		t.Errorf("%v from %v about %v", skip, s.ICMP.From.IP(), s.Dst.AddrPort())
	}
}

func TestICMPAboutOthers(t *testing.T) {
	for name, quote := range map[string][]byte{
		"udp":            udpBytes(50000, 53, make([]byte, 20)),
		"later fragment": part(1, 48, 132),
	} {
		b := ip4Bytes(1, join([]byte{3, 3}, make([]byte, 6), quote))
		var d Decoder
		var s Segment
		if skip := d.Decode(LinkRaw, b, len(b), &s); skip == ICMPError || skip == Decoded {
			t.Errorf("%s: %v", name, skip)
		}
	}
}
