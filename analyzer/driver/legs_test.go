package driver

import (
	"fmt"
	"strings"
	"testing"

	"finwait/analyzer/model"
)

// proxied is a client that leaves, and a proxy (192.0.2.20) that then aborts its connection to
// the server behind it; %s is what that sends, and when.
const proxied = `A 203.0.113.5:50000
B 192.0.2.20:80
A2 192.0.2.20:40000
B2 198.51.100.7:8080
0.000  A SYN
0.001  B SYN,ACK
0.0011 A ACK
0.002  A ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
0.0021 B ACK
0.003  A2 SYN
0.0031 B2 SYN,ACK
0.0032 A2 ACK
0.004  A2 ACK data "GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n"
0.0041 B2 ACK
2.000  A FIN,ACK
%s
4.000  end
`

// report tells of a finding's connection that its other leg had ended right before, where it
// may be one.
func TestOtherLegs(t *testing.T) {
	for _, c := range []struct{ name, lines, rule, says string }{
		{
			"the proxy aborts", "2.0002 A2 RST,ACK\n2.0003 B FIN,ACK\n2.0004 A ACK", "FIN201",
			"; the client 203.0.113.5:50000 had ended stream 0, a connection to the same host 192.0.2.20, 200 µs before: perhaps the other leg of a proxy, and the cause",
		},
		{"the proxy aborts long after", "2.0003 B FIN,ACK\n2.0004 A ACK\n3.000 A2 RST,ACK", "FIN201", ""},
		{"the proxy had aborted before", "2.0003 B FIN,ACK\n2.0004 A ACK\n1.900 A2 RST,ACK", "FIN201", ""},
	} {
		config := model.DefaultConfig()
		g, _, _ := runAll(t, Options{Config: &config}, write(t, "a.pcap", pcap(t, fmt.Sprintf(proxied, c.lines))))
		said := false
		for i := range g.summary.Findings {
			f := &g.summary.Findings[i]
			if f.Server != "198.51.100.7:8080" || f.Rule != c.rule {
				continue
			}
			said = true
			if c.says == "" && strings.Contains(f.Message, "leg") || !strings.HasSuffix(f.Message, c.says) {
				t.Errorf("%s: %s", c.name, f.Message)
			}
		}
		if !said {
			t.Errorf("%s: no %s of the server: %+v", c.name, c.rule, g.summary.Findings)
		}
	}
}

// A group of requests that were aborted without an answer does not speak of a part of one.
func TestAbortedUnheard(t *testing.T) {
	var script strings.Builder
	script.WriteString("B 198.51.100.7:8080\n")
	for i := range 3 {
		fmt.Fprintf(&script, "A%d 192.0.2.1:4000%d\n", i+2, i)
	}
	for i := range 3 {
		a := fmt.Sprintf("A%d", i+2)
		fmt.Fprintf(&script, "%d.000 %s SYN to B\n%[1]d.010 B SYN,ACK to %[2]s\n%[1]d.011 %[2]s ACK to B\n", 2*i, a)
		fmt.Fprintf(&script, "%d.012 %s ACK to B data \"GET / HTTP/1.1\\r\\nHost: a.example\\r\\n\\r\\n\"\n%[1]d.022 B ACK to %[2]s\n%d.012 %[2]s RST,ACK to B\n", 2*i, a, 2*i+1)
	}
	script.WriteString("9.000 end\n")
	config := model.DefaultConfig()
	g, _, _ := runAll(t, Options{Config: &config}, write(t, "a.pcap", pcap(t, script.String())))
	if n := len(g.summary.Findings); n != 1 || !strings.Contains(g.summary.Findings[0].Message, "with no response byte yet") {
		t.Errorf("%d findings: %+v", n, g.summary.Findings)
	}
}
