package pktscript

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/segment"
)

// decode reads every packet of a script back with package segment.
func decode(t *testing.T, text string) ([]segment.Segment, *Script) {
	t.Helper()
	s, err := Parse("test.pkt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out []segment.Segment
	var d segment.Decoder
	for _, p := range s.Packets() {
		var seg segment.Segment
		if skip := d.Decode(p.Link, p.Data, p.Length, &seg); skip == segment.Decoded {
			out = append(out, seg)
		}
	}
	return out, s
}

const ends = "A 192.0.2.1:40000\nB 198.51.100.7:443\n"

func TestNumbersFollow(t *testing.T) {
	segs, _ := decode(t, ends+`
isn A 4294967290
isn B 1000
0.000 A SYN
0.010 B SYN,ACK
0.020 A ACK
0.030 A PSH,ACK data "hello world"
0.040 B ACK
0.050 A FIN,ACK
0.060 B FIN,ACK
0.070 A ACK
`)
	type pair struct{ seq, ack uint32 }
	want := []pair{
		{4294967290, 0},
		{1000, 4294967291},
		{4294967291, 1001},
		{4294967291, 1001},
		{1001, 6},
		{6, 1001},
		{1001, 7},
		{7, 1002},
	}
	var got []pair
	for i := range segs {
		got = append(got, pair{uint32(segs[i].Seq), uint32(segs[i].Ack)})
	}
	if !slices.Equal(got, want) {
		t.Errorf("seq, ack = %v\nwant %v", got, want)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"?", `t.pkt:1:1: do not understand "?"`},
		{"A 192.0.2.1:1\nA 192.0.2.2:1", "t.pkt:2:1: A is declared twice"},
		{"A 192.0.2.300:1", `t.pkt:1:3: "192.0.2.300:1" is no address`},
		{ends + "0.0 C SYN", `t.pkt:3:5: no endpoint "C"`},
		{ends + "0.0 A SIN", `t.pkt:3:7: "SIN" is no list of flags`},
		{ends + "0.0 A SYN sec 5", `t.pkt:3:11: unknown key "sec"`},
		{ends + "0.0 A SYN seq", "t.pkt:3:14: a sequence number is missing"},
		{ends + "0.0 A SYN seq x", `t.pkt:3:15: "x" is no sequence number`},
		{ends + "0.0 A ACK len 70000", "t.pkt:3:15: len must be a number below 2^16"},
		{ends + "0.0 A ACK len 65535", "t.pkt:3:7: payload longer"},
		{ends + "0.0 A ACK data \"x", "t.pkt:3:16: a quoted string that does not end"},
		{ends + "C 192.0.2.9:1\n0.0 C SYN", "t.pkt:4:7: to whom? C has 0 peers"},
		{ends + "A2 192.0.2.9:1\n0.0 B SYN", "t.pkt:4:7: to whom? B has 2 peers"},
		{ends + "0.0 A SYN drop # want close open", "t.pkt:3:16: a want beside"},
		{ends + "0.0 A SYN\nlink raw", "t.pkt:4:1: link must stand before the first packet"},
		{ends + "99999999999 A SYN", `t.pkt:3:1: "99999999999" is no time`},
	} {
		_, err := Parse("t.pkt", []byte(c.text))
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Parse(%q) = %v, want %s", c.text, err, c.want)
		}
	}
}

func TestWants(t *testing.T) {
	_, s := decode(t, `# want close half-closed
`+ends+`
0.0 A SYN drop
0.1 A SYN seq 0 # again # want FIN401 "a # in it" # want close open
`)
	want := []Want{{1, 0, "close half-closed"}, {6, 1, `FIN401 "a # in it"`}, {6, 1, "close open"}}
	if !slices.Equal(s.Wants, want) {
		t.Errorf("Wants = %v, want %v", s.Wants, want)
	}
}

func TestWriteIsAPcap(t *testing.T) {
	_, s := decode(t, ends+"1.5 A SYN\n2 end\n")
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	if got := b.Len(); got != 24+16+54+16+14+20+8+4 {
		t.Errorf("%d octets", got)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte{0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0}) {
		t.Errorf("begins with % x", b.Bytes()[:8])
	}
}
