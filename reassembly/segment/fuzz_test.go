package segment

import "testing"

// FuzzDecode looks for packets that crash the decoder, or make it say what
// cannot be.
func FuzzDecode(f *testing.F) {
	for _, c := range carriers {
		f.Add(uint16(c.link), uint16(len(c.data)), c.data, []byte(nil))
	}
	f.Add(uint16(LinkRaw), uint16(200), part(1, 0, 48), part(1, 48, 132))
	f.Add(uint16(LinkRaw), uint16(200), part6(1, 48, 132), part6(1, 0, 48))
	f.Add(uint16(LinkRaw), uint16(200), ip4Bytes(1, join([]byte{3, 13}, make([]byte, 6), tcp4)), []byte(nil))
	f.Fuzz(func(t *testing.T, link, wire uint16, first, second []byte) {
		var d Decoder
		var s Segment
		for range 2 {
			for _, b := range [][]byte{first, second} {
				skip := d.Decode(LinkType(link), b, int(wire), &s)
				check(t, skip, &s, len(b)+int(wire))
			}
		}
	})
}

func check(t *testing.T, skip Skip, s *Segment, octets int) {
	t.Helper()
	if skip >= NumSkips {
		t.Fatalf("skip %d", skip)
	}
	if skip != Decoded {
		return
	}
	if len(s.Payload) > int(s.PayloadLen) {
		t.Errorf("%d octets of payload captured, of %d", len(s.Payload), s.PayloadLen)
	}
	if s.BadOffset && s.PayloadLen != 0 {
		t.Errorf("a bad offset, and %d octets of payload", s.PayloadLen)
	}
	if int(s.PayloadLen) > max(octets, maxDatagram) && s.Is4 {
		t.Errorf("%d octets of payload", s.PayloadLen)
	}
	if int(s.Options.SACKs) > len(s.Options.SACK) {
		t.Errorf("%d SACK blocks", s.Options.SACKs)
	}
	if s.Options.Cut && len(s.Payload) > 0 {
		t.Error("payload behind options that were cut")
	}
	_ = s.Path.Tunnel.String()
}
