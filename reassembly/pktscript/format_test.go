package pktscript

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/capture"
)

// roundTrip formats the packets of s and checks that the text gives them again.
func roundTrip(t *testing.T, s *Script) string {
	t.Helper()
	var text bytes.Buffer
	if err := Format(&text, s.Link, s.Snaplen, s.Packets()); err != nil {
		t.Fatalf("Format: %v", err)
	}
	again, err := Parse("formatted.pkt", text.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, text.Bytes())
	}
	var a, b bytes.Buffer
	if err := s.Write(&a); err != nil {
		t.Fatal(err)
	}
	if err := again.Write(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		for i, p := range s.Packets() {
			if i >= len(again.Packets()) || !bytes.Equal(p.Data, again.Packets()[i].Data) {
				t.Errorf("packet %d differs", i+1)
				break
			}
		}
		t.Fatalf("another capture came of\n%s", text.Bytes())
	}
	return text.String()
}

func TestFormatLeavesOutWhatFollows(t *testing.T) {
	const text = `A 192.0.2.1:40000
B 198.51.100.7:443
isn A 5000 to B
0.000 A SYN mss 1460 sackok ts 1 0 wscale 7
isn B 9000 to A
0.010 B SYN,ACK mss 1400
0.020 A ACK
0.030 A PSH,ACK data "GET / HTTP/1.1\r\n\r\n"
0.031 A dup
0.040 B ACK sack 101-201,301-401
0.050 A FIN,ACK seq 42
0.060 B RST
60.000 beat
`
	_, s := decode(t, text)
	if got := roundTrip(t, s); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
}

// roundTrips are scripts whose captures have something out of the ordinary.
var roundTrips = []string{
	"",
	ends + "0 A SYN\n0.1 B RST,ACK seq 0 id 0 win 0\n",
	ends + "link sll2\nsnaplen 60\n0 A ACK len 1448\n-1 A FIN,ACK\n",
	ends + "0 A ACK len 1448 cap 80\n0 A none\n0 A FIN,SYN,URG urg 7 rawack 5\n",
	ends + "0 A ACK opts 0101080a00000001 sum 0xbeef pad 6 vlan 100 tos 8 nodf ttl 3\n",
	ends + "0 A SYN\n1 frame 00ff length 90\n1 frame empty\n1.000000001 A ACK len 5 data \"xyx\"\n",
	ends + "R 203.0.113.1\n0 A SYN\n1 R icmp 3 1 quoting A seq 0\n1 A dup ttl 63\n",
	"link raw\nA [2001:db8::1]:1\nB [2001:db8::2]:2\n0 A SYN flow 5\n1 B SYN,ACK\n2 end\n",
	ends + "A2 192.0.2.1:40001\nB2 198.51.100.7:444\n0 A SYN\n0 A2 SYN\n0 B SYN,ACK\n0 B2 ACK to A\n0 A ACK to B2\n",
	ends + "A2 192.0.2.1:40001\n0 A SYN\n0 A2 SYN\n0 B SYN,ACK to A2\nisn A 77\n0 A SYN\n0 B ACK to A\n",
}

func TestRoundTrip(t *testing.T) {
	for _, text := range roundTrips {
		_, s := decode(t, text)
		roundTrip(t, s)
	}
}

// Every fixture of the project must survive being formatted.
func TestRoundTripFixtures(t *testing.T) {
	for _, pattern := range []string{"pkt/*.pkt", "rules/*/*.pkt"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Parse(filepath.Base(file), text)
			if err != nil {
				t.Error(err)
				continue
			}
			roundTrip(t, s)
		}
	}
}

func TestFormatRefuses(t *testing.T) {
	for _, p := range []capture.Packet{
		{Link: 1, Time: -1},
		{Link: 101},
		{Link: 1, Data: make([]byte, 101), Length: 101},
	} {
		if err := Format(&bytes.Buffer{}, 1, 100, []capture.Packet{p}); err == nil {
			t.Errorf("Format took %+v", p)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range roundTrips {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("fuzz.pkt", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "fuzz.pkt:") {
				t.Errorf("error without a place: %v", err)
			}
			return
		}
		if slices.ContainsFunc(s.Wants, func(w Want) bool { return w.Frame > len(s.Packets()) }) {
			t.Error("a want beyond the last frame")
		}
		roundTrip(t, s)
	})
}
