package filter

import (
	"errors"
	"net/netip"
	"testing"

	"finwait/reassembly/segment"
)

// between is a segment from one address and port to another.
func between(src, dst string) *segment.Segment {
	a, b := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	return &segment.Segment{
		Src: segment.Endpoint{Addr: segment.AddrFrom(a.Addr()), Port: a.Port()},
		Dst: segment.Endpoint{Addr: segment.AddrFrom(b.Addr()), Port: b.Port()},
		Is4: a.Addr().Is4(),
	}
}

// segments are what the expressions below choose from; tcpdump was run over the
// same ones.
var segments = []*segment.Segment{
	between("10.0.0.1:40000", "192.0.2.1:80"),             // a
	between("192.0.2.1:80", "10.0.0.1:40000"),             // b
	between("10.1.2.3:443", "198.51.100.7:22"),            // c
	between("172.16.0.9:8080", "10.0.0.1:443"),            // d
	between("10.0.0.1:80", "10.0.0.1:80"),                 // e
	between("[2001:db8::1]:40000", "[2001:db8:1::2]:443"), // f
	between("[fe80::9]:443", "[::1]:80"),                  // g
	between("[::ffff:10.0.0.1]:5000", "[2001:db8::1]:22"), // h
}

// selections lists, for each expression, the segments that tcpdump 4.99 prints.
var selections = []struct{ expr, want string }{
	{"", "abcdefgh"},
	{"tcp", "abcdefgh"},
	{"ip", "abcde"},
	{"ip6", "fgh"},
	{"not ip", "fgh"},
	{"! ip6", "abcde"},
	{"!!ip", "abcde"},
	{"udp", ""},
	{"not arp and not udp port 53", "abcdefgh"},
	{"tcp or udp port 53", "abcdefgh"},
	{"host 10.0.0.1", "abde"},
	{"src 10.0.0.1", "ae"},
	{"dst host 10.0.0.1", "bde"},
	{"src and dst 10.0.0.1", "e"},
	{"src or dst host 10.0.0.1", "abde"},
	{"dst || src host 10.0.0.1", "abde"},
	{"ip host 10.0.0.1", "abde"},
	{"host ::ffff:10.0.0.1", "h"},
	{"host 2001:db8::1", "fh"},
	{"ip6 src host 2001:db8::1", "f"},
	{"host 10.1", "c"},
	{"net 10", "abcde"},
	{"net 10.1", "c"},
	{"net 10.0.0.0/8", "abcde"},
	{"src net 10.0.0.0/16", "ae"},
	{"dst net 198.51.100", "c"},
	{"net 10.0.0.0 mask 255.255.0.0", "abde"},
	{"net 0.0.0.1 mask 0.0.0.255", "abde"},
	{"net 0.0.0.0/0", "abcde"},
	{"net 2001:db8::/48", "fh"},
	{"net 2001:db8::/32", "fh"},
	{"net 2001:db8:1::2", "f"},
	{"net ::/0", "fgh"},
	{"port 80", "abeg"},
	{"tcp port 80", "abeg"},
	{"src port 80", "be"},
	{"dst port 80", "aeg"},
	{"src and dst port 80", "e"},
	{"port http", "abeg"},
	{"port 0x50", "abeg"},
	{"port 0120", "abeg"},
	{"portrange 1-100", "abcegh"},
	{"portrange 100-1", "abcegh"},
	{"portrange 443", "cdfg"},
	{"src portrange 8000-9000 or 443", "cdg"},
	{"portrange ssh-http", "abcegh"},
	{"port 80 or 443", "abcdefg"},
	{"port (80 or 443)", "abcdefg"},
	{"port 80 or (22 or 8080)", "abcdegh"},
	{"src port 443 or 80", "bceg"},
	{"not port 80", "cdfh"},
	{"port not 80", "cdfh"},
	{"not port 80 and 443", "cdf"},
	{"port 80 and not 443", "abe"},
	{"port 80 and ! (host 10.0.0.1 or ::1)", ""},
	{"host 10.0.0.1 and (port 443 or 8080)", "d"},
	{"host 10.0.0.1 or 10.1.2.3 and port 443", "cd"}, // to the left: (a or b) and c
	{"port 443 and host 10.0.0.1 or 10.1.2.3", "cd"},
	{"ip and port 443 or ip6 and port 22", "ch"}, // ((ip and 443) or ip6) and 22
	{"ip6 or tcp && port 22 || port 8080", "cdh"},
	{"net 10.1.0.0/16 or 172.16", "cd"},
	{"not (net 10 or ip6)", ""},
	{"src net 10 and dst net 10", "e"},
}

func TestMatch(t *testing.T) {
	for _, test := range selections {
		f, err := Parse(test.expr)
		if err != nil {
			t.Errorf("%q: %v", test.expr, err)
			continue
		}
		got := ""
		for i, s := range segments {
			if f.Match(s) {
				got += string(rune('a' + i))
			}
		}
		if got != test.want {
			t.Errorf("%q selects %q, want %q", test.expr, got, test.want)
		}
		if n := testing.AllocsPerRun(10, func() { f.Match(segments[0]) }); n != 0 {
			t.Errorf("%q: %v allocations", test.expr, n)
		}
	}
}

// What tcpdump refuses though it is plain what it means.
func TestLenience(t *testing.T) {
	for _, expr := range []string{"net 10/8", "portrange ftp-data-ssh and ip", "net 10 mask 255.0.0.0"} {
		f, err := Parse(expr)
		if err != nil || !f.Match(segments[2]) || f.Match(segments[5]) {
			t.Errorf("%q: %v", expr, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		expr   string
		column int
	}{
		{"10.0.0.1", 1},
		{"10.0.0.0/8", 1},
		{"host", 5},
		{"()", 2},
		{"not", 4},
		{"tcp and", 8},
		{"and tcp", 1},
		{"ip tcp", 4},
		{"port 80 host 1.2.3.4", 9},
		{"(port 80", 9},
		{"port 80)", 8},
		{"tcp or 80", 8},
		{"tcp host 10.0.0.1", 1},
		{"tcp src 10.0.0.1", 1},
		{"ip6 host 10.0.0.1", 10},
		{"ip host ::1", 9},
		{"ip port 80", 1},
		{"dst tcp port 80", 5},
		{"src src 1.2.3.4", 5},
		{"port 80-90", 6},
		{"port 70000", 6},
		{"port foo", 6},
		{"port 0x", 6},
		{"port 08", 6},
		{"portrange 80-", 11},
		{"port (80 or port 443)", 13},
		{"port 80 and 1.2.3.4", 13},
		{"host 80", 6},
		{"host example.com", 6},
		{"host 256.1.1.1", 6},
		{"host 1.2.3.4.5", 6},
		{"host 1..2", 6},
		{"host 2001:db8:::1", 6},
		{"host 10.0.0.0/8", 14},
		{"net 10.0.0.1/8", 5},
		{"net 10.0.0.0/33", 14},
		{"net 2001:db8::1/32", 5},
		{"net 2001:db8:: mask 255.0.0.0", 21},
		{"net 10.0.0.0/", 14},
		{"host fe80::1%eth0", 13},
		{"tcp[13] & 2 != 0", 4},
		{"vlan 5", 1},
		{"ip proto 6", 4},
		{"greater 100", 1},
		{"HOST 1.2.3.4", 1},
		{"port 80 & port 90", 9},
	}
	for _, test := range tests {
		_, err := Parse(test.expr)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", test.expr, err)
			continue
		}
		if e.Column != test.column {
			t.Errorf("%q: %v, want column %d", test.expr, err, test.column)
		}
		if e.Message == "" {
			t.Errorf("%q: no message", test.expr)
		}
	}
}

// Reading an expression must not exhaust the stack, however it is nested.
func FuzzParse(f *testing.F) {
	for _, s := range selections {
		f.Add(s.expr)
	}
	f.Add("((((((((tcp")
	f.Add("!!!!!!!!!!!")
	f.Fuzz(func(t *testing.T, expr string) {
		filter, err := Parse(expr)
		var e *Error
		switch {
		case err == nil:
			for _, s := range segments {
				filter.Match(s)
			}
			negated, err := Parse("not (" + expr + ")")
			if err != nil {
				return // it was empty, or nested as deep as can be
			}
			for _, s := range segments {
				if negated.Match(s) == filter.Match(s) {
					t.Errorf("%q and its negation agree", expr)
				}
			}
		case !errors.As(err, &e) || e.Column < 1 || e.Column > len(expr)+1:
			t.Errorf("%q: %v", expr, err)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	f, err := Parse("tcp and net 10.0.0.0/8 and (port 443 or 8443 or 80) and not host 192.0.2.9")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f.Match(segments[0])
	}
}
