package anonymize

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"finwait/reassembly/capture"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
)

const talk = `
0.000  A SYN mss 1460 sackok ts 1 0 wscale 7
0.010  B SYN,ACK
0.011  A ACK
0.020  A ACK len 33
0.030  B ACK data "topsecret"
0.040  A FIN,ACK pad 6
0.050  B RST
`

// packets returns the packets of a script, two of whose lines say the ends.
func packets(t *testing.T, link, a, b string) []capture.Packet {
	t.Helper()
	s, err := pktscript.Parse("test", fmt.Appendf(nil, "link %s\nA %s\nB %s\n%s", link, a, b, talk))
	if err != nil {
		t.Fatal(err)
	}
	return s.Packets()
}

// decode returns the segment in a packet, with a payload of its own.
func decode(t *testing.T, p *capture.Packet, data []byte) segment.Segment {
	t.Helper()
	var d segment.Decoder
	var s segment.Segment
	if skip := d.Decode(p.Link, data, p.Length, &s); skip != segment.Decoded {
		t.Fatalf("packet %d: %v", p.Number, skip)
	}
	s.Payload = bytes.Clone(s.Payload)
	return s
}

var ends = []struct{ link, a, b string }{
	{"ethernet", "192.0.2.1:40000", "198.51.100.7:443"},
	{"ethernet", "[2001:db8::1]:40000", "[2001:db8:7::7]:443"},
	{"sll", "192.0.2.1:40000", "198.51.100.7:443"},
	{"sll2", "[2001:db8::1]:40000", "[2001:db8:7::7]:443"},
	{"raw", "192.0.2.1:40000", "198.51.100.7:443"},
	{"ipv4", "192.0.2.1:40000", "198.51.100.7:443"},
	{"ipv6", "[2001:db8::1]:40000", "[2001:db8:7::7]:443"},
	{"null", "192.0.2.1:40000", "198.51.100.7:443"},
	{"loop", "[2001:db8::1]:40000", "[2001:db8:7::7]:443"},
	{"ppp", "192.0.2.1:40000", "198.51.100.7:443"},
}

// A packet with other addresses is, but for them and its payload, the same
// segment, and its checksums are right: pktscript would write the same.
func TestAnonymousSegmentsAreTheSame(t *testing.T) {
	for _, e := range ends {
		m := &Mask{Addresses: addresses(t, "secret")}
		rename := func(text string) string {
			p := netip.MustParseAddrPort(text)
			return netip.AddrPortFrom(m.Addresses.Of(p.Addr()), p.Port()).String()
		}
		aliased := packets(t, e.link, rename(e.a), rename(e.b))
		for i, p := range packets(t, e.link, e.a, e.b) {
			was := decode(t, &p, p.Data)
			data, err := m.Apply(&Packet{Link: p.Link, Data: p.Data, Length: p.Length})
			if err != nil || len(data) != len(p.Data) {
				t.Fatalf("%s: packet %d: %v", e.link, p.Number, err)
			}
			is := decode(t, &p, data)
			if is.Src.Port != was.Src.Port || is.Seq != was.Seq || is.Ack != was.Ack || is.Flags != was.Flags ||
				is.PayloadLen != was.PayloadLen || is.Options != was.Options || is.TTL != was.TTL || is.IPID != was.IPID {
				t.Errorf("%s: packet %d became %+v", e.link, p.Number, is)
			}
			want := bytes.Clone(aliased[i].Data)
			if was.PayloadLen > 0 || strings.HasPrefix(e.link, "eth") || strings.HasPrefix(e.link, "sll") {
				continue // payload and hardware addresses differ
			}
			if !bytes.Equal(data, want) {
				t.Errorf("%s: packet %d is\n% x, want\n% x", e.link, p.Number, data, want)
			}
		}
	}
}

func TestNothingLeaks(t *testing.T) {
	for _, e := range ends {
		m := &Mask{Addresses: addresses(t, "secret")}
		secrets := [][]byte{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}, []byte("topsecret"), []byte("xxxx")}
		for _, text := range []string{e.a, e.b} {
			secrets = append(secrets, netip.MustParseAddrPort(text).Addr().AsSlice())
		}
		for _, p := range packets(t, e.link, e.a, e.b) {
			data, err := m.Apply(&Packet{Link: p.Link, Data: p.Data, Length: p.Length})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range secrets {
				if bytes.Contains(data, s) {
					t.Errorf("%s: packet %d holds % x", e.link, p.Number, s)
				}
			}
		}
	}
}

func TestHeadersOnlyEndsBehindTheTCPHeader(t *testing.T) {
	for _, e := range ends {
		for _, m := range []*Mask{{HeadersOnly: true}, {HeadersOnly: true, Addresses: addresses(t, "secret")}} {
			for _, p := range packets(t, e.link, e.a, e.b) {
				was := decode(t, &p, p.Data)
				data, err := m.Apply(&Packet{Link: p.Link, Data: p.Data, Length: p.Length, Payload: was.Payload})
				if err != nil {
					t.Fatal(err)
				}
				is := decode(t, &p, data)
				if is.PayloadLen != was.PayloadLen || len(is.Payload) != 0 || is.Options != was.Options {
					t.Errorf("%s: packet %d became %+v", e.link, p.Number, is)
				}
				if m.Addresses == nil && !bytes.HasPrefix(p.Data, data) {
					t.Errorf("%s: packet %d was changed", e.link, p.Number)
				}
			}
		}
	}
}
