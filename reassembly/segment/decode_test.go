package segment

import "testing"

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
