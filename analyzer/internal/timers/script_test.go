package timers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"finwait/reassembly/pktscript"
)

// connections writes a capture of four connections, each 1000 s after the one
// before it. Its lines are times within the connection, who speaks and what; one
// that ends in "later" and a number of seconds comes that much later in each
// connection. The server's answers take 10 ms to reach the capture, and the
// client's toClient seconds.
func connections(t *testing.T, toClient float64, lines ...string) string {
	t.Helper()
	var script strings.Builder
	script.WriteString("B 198.51.100.7:8080\n")
	for i := range 4 {
		fmt.Fprintf(&script, "A%d 192.0.2.1:%d\n", i+1, 40000+i)
	}
	for i := range 4 {
		line := func(at float64, what string) {
			fmt.Fprintf(&script, "%.6f %s\n", float64(1000*i)+at, what)
		}
		a, b := fmt.Sprintf("A%d", i+1), "B"
		say := func(at float64, who, what string) {
			if who == b {
				what += " to " + a
			} else {
				who, what = a, what+" to B"
			}
			line(at, who+" "+what)
		}
		say(0, "A", "SYN")
		say(0.010, b, "SYN,ACK")
		say(0.010+toClient, "A", "ACK")
		for _, l := range lines {
			var at float64
			var who, what string
			if _, err := fmt.Sscan(l, &at, &who); err != nil {
				t.Fatal(l, err)
			}
			_, what, _ = strings.Cut(l, who+" ")
			from, each, varies := strings.Cut(what, " later ")
			if varies { // "later 2": 2 s more for each connection
				var step float64
				if _, err := fmt.Sscan(each, &step); err != nil {
					t.Fatal(l, err)
				}
				at, what = at+step*float64(i), from
			}
			say(at, who, what)
		}
	}
	script.WriteString("4500 end\n")
	file := captureOf(t, script.String())
	if err := os.WriteFile(file+".pkt", []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// captureOf writes the capture of a packet script.
func captureOf(t *testing.T, script string) string {
	t.Helper()
	s, err := pktscript.Parse(t.Name(), []byte(script))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.pcap")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

const (
	get    = `PSH,ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"`
	answer = `PSH,ACK data "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"`
)

// sealed is an exchange over TLS.
var sealed = []string{
	`0.02 A PSH,ACK data "\x16\x03\x01\x00\xc8" len 205`, `0.03 B PSH,ACK data "\x16\x03\x03\x00\x64" len 105`,
	`0.031 A PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51`, `0.041 B PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51`,
	`0.042 A PSH,ACK data "\x17\x03\x03\x00\x70" len 117`, `0.05 B PSH,ACK data "\x17\x03\x03\x00\xf0" len 245`, "0.051 A ACK",
}

// In Multipath TCP a DATA_FIN says who closes, in an option that is not read: there are no
// timers. A client that offers it to a server without it speaks TCP.
func TestMultipathHasNoTimers(t *testing.T) {
	lines := []string{"0.02 A " + get, "0.05 B " + answer, "0.06 A ACK", "5.05 B FIN,ACK", "5.06 A FIN,ACK", "5.07 B ACK"}
	for _, c := range []struct {
		name           string
		client, server string
		timers         int
	}{{"both", "opts 1e0401c1", "opts 1e0c01c10102030405060708", 0}, {"the client", "opts 1e0401c1", "", 1}, {"neither", "", "", 1}} {
		text, err := os.ReadFile(connections(t, 0, lines...) + ".pkt")
		if err != nil {
			t.Fatal(err)
		}
		script := strings.ReplaceAll(strings.ReplaceAll(string(text), " SYN to", " SYN "+c.client+" to"), " SYN,ACK to", " SYN,ACK "+c.server+" to")
		if timers, _ := infer(t, "", captureOf(t, script)); len(timers) != c.timers {
			t.Errorf("%s: %+v", c.name, timers)
		}
	}
}

// TestScripts measures connections that no recorded capture has.
func TestScripts(t *testing.T) {
	for _, c := range []struct {
		name     string
		toClient float64
		lines    []string
		want     string // kind, value and reference of each timer
	}{
		{
			"the client's pool, far from the capture", 0.080,
			[]string{"0.1 A " + get, "0.2 B " + answer, "0.28 A ACK", "3.28 A FIN,ACK", "3.29 B FIN,ACK", "3.37 A ACK"},
			"client-idle-timeout 3.0 last-data",
		},
		{
			"an idle server says goodbye first", 0,
			[]string{
				"0.1 A " + `PSH,ACK data "\x16\x03\x01\x00\xc8" len 205`, "0.11 B " + `PSH,ACK data "\x16\x03\x03\x00\x64" len 105`,
				"0.12 A " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51`,
				"0.13 B " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51`,
				"0.14 A " + `PSH,ACK data "\x17\x03\x03\x00\x70" len 117 later 0.05`,
				"0.24 B " + `PSH,ACK data "\x17\x03\x03\x00\xf0" len 245 later 0.05`,
				"5.24 B " + `PSH,ACK data "\x15\x03\x03\x00\x1a" len 31 later 0.05`, "5.2401 B FIN,ACK later 0.05", "5.26 A FIN,ACK later 0.05", "5.27 B ACK later 0.05",
			},
			"server-idle-timeout 5.0 last-data",
		},
		{
			"an idle server says goodbye first, and the talk before that is forgotten", 0,
			[]string{
				"0.1 A " + `PSH,ACK data "\x16\x03\x01\x00\xc8" len 205`, "0.11 B " + `PSH,ACK data "\x16\x03\x03\x00\x64" len 105`,
				"0.12 A " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51`,
				"0.13 B " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51`,
				"0.14 A " + `PSH,ACK data "\x17\x03\x03\x00\x70" len 117`, "0.15 B ACK", "0.24 B " + `PSH,ACK data "\x17\x03\x03\x00\xf0" len 245`, "0.28 A ACK",
				"3.24 B " + `PSH,ACK data "\x15\x03\x03\x00\x1a" len 31`, "3.2401 B FIN,ACK", "3.25 A ACK",
				"3.251 A " + `PSH,ACK data "\x15\x03\x03\x00\x1a" len 31`, "3.2511 B RST", "3.252 A FIN,ACK", "3.2521 B RST",
			},
			"server-idle-timeout 3.0 last-data",
		},
		{
			"a server that nobody asks", 0,
			[]string{"60.0 B FIN,ACK", "60.001 A FIN,ACK", "60.02 B ACK"},
			"server-idle-timeout 60.0 syn",
		},
		{
			"a client that counts from the end of its upload", 0,
			[]string{
				`0.02 A PSH,ACK data "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2000\r\n\r\n"`, "0.03 B ACK", "0.2 A PSH,ACK len 2000 later 0.07", "0.21 B ACK later 0.07",
				"2.2 A FIN,ACK later 0.07", "2.24 B ACK later 0.07", "4.21 B " + answer + " later 0.07", "4.2101 A RST later 0.07",
			},
			"client-timeout 2.0 request-end, handler-time 4.0 request-end",
		},
		{
			"tcp_fin_timeout", 0,
			[]string{
				"0.02 A " + get, "0.05 B " + answer, "0.06 A ACK", "0.3 A FIN,ACK", "0.34 B ACK",
				"62.34 B FIN,ACK later 7", "62.3401 A RST later 7",
			},
			"fin-wait-2-timeout ≤ 62.0 s fin-ack",
		},
		{
			"one-way traffic", 0,
			[]string{"0.02 A PSH,ACK len 300", "0.03 B ACK", "0.0301 A FIN,ACK", "0.041 B FIN,ACK", "0.0411 A ACK"},
			"",
		},
		{
			"a half-close", 0,
			[]string{"0.02 A " + get, "0.03 B ACK", "0.8 A FIN,ACK", "0.84 B ACK", "2.0 B " + answer, "2.0001 A ACK", "2.001 B FIN,ACK", "2.0011 A ACK"},
			"",
		},
		{
			"more than an answer, too late", 0,
			[]string{"0.02 A PSH,ACK len 100", "0.03 B PSH,ACK len 200", "0.031 A ACK", "0.5 A FIN,ACK", "0.54 B ACK", "3.0 B PSH,ACK len 300", "3.0001 A RST"},
			"",
		},
		{
			"keep-alives without an answer", 0,
			[]string{
				"0.02 A " + get, "0.05 B " + answer, "0.06 A ACK", "2.06 A ACK seq next-1", "3.06 A ACK seq next-1", "4.06 A ACK seq next-1",
				"5.06 A RST,ACK",
			},
			"keep-alive 2.0 3 every 1.0 last-segment",
		},
		{
			"more than all of an answer, too late", 0,
			[]string{"0.02 A " + get, "0.05 B " + answer, "0.06 A ACK", "0.16 A FIN,ACK", "0.2 B ACK", "2.6 B PSH,ACK len 100", "2.6001 A RST"},
			"",
		},
		{
			"a timeout that counts TLS's handshake", 0,
			[]string{
				"0.02 A " + `PSH,ACK data "\x16\x03\x01\x00\xc8" len 205`, "0.03 B " + `PSH,ACK data "\x16\x03\x03\x00\x64" len 105`,
				"0.04 A " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51 later 0.03`,
				"0.05 B " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28" len 51 later 0.03`,
				"0.06 A " + `PSH,ACK data "\x17\x03\x03\x00\x70" len 117 later 0.03`, "0.1 B ACK later 0.03",
				"0.8 A FIN,ACK", "0.84 B ACK", "2.07 B " + `PSH,ACK data "\x17\x03\x03\x00\xf0" len 245 later 0.03`, "2.0701 A RST later 0.03",
			},
			"client-timeout 0.8 syn, handler-time 2.0 request-end",
		},
		{
			"a client of TLS that leaves, and the answer to its goodbye", 0,
			[]string{
				"0.02 A " + `PSH,ACK data "\x16\x03\x01\x00\xc8" len 205`, "0.03 B " + `PSH,ACK data "\x16\x03\x03\x00\x64\x00" len 105`,
				"0.031 B " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x17\x03\x03\x02\x00" len 523`,
				"0.04 A " + `PSH,ACK data "\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x35" len 64`,
				"0.041 A " + `PSH,ACK data "\x17\x03\x03\x00\x70" len 117`,
				"0.045 B " + `PSH,ACK data "\x17\x03\x03\x00\xf0" len 245`, "0.14 A FIN,ACK", "0.15 B " + `PSH,ACK data "\x17\x03\x03\x00\x13" len 24`, "0.1501 A RST",
			},
			"",
		},
		{
			"a server that waits for the rest of a request", 0,
			[]string{
				`0.02 A PSH,ACK data "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2000\r\n\r\n" later 0.03`, "0.03 B ACK later 0.03",
				`10.02 B PSH,ACK data "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" later 0.03`,
				"10.021 B FIN,ACK later 0.03", "10.022 A FIN,ACK later 0.03", "10.03 B ACK later 0.03",
			},
			"request-timeout 10.0 request-start",
		},
		{
			"a path that forgets", 0,
			[]string{
				"0.1 A ACK len 10", "0.11 B ACK len 10", "0.12 A ACK", "200.12 A ACK len 10", "200.13 B ACK len 10", "200.14 A ACK",
				"500.14 A ACK len 10 later 1", "500.15 B RST later 1",
			},
			"path-idle-timeout 200 s to 300 s last-segment",
		},
		{
			"keep-alive that gives up", 0,
			[]string{
				"0.1 A ACK len 10", "0.11 B ACK len 10", "0.12 A ACK", "6.12 A ACK seq 10", "8.12 A ACK seq 10", "10.12 A ACK seq 10", "12.12 A RST,ACK seq 11",
			},
			"keep-alive 6.0 3 every 2.0 last-segment",
		},
		{
			"a proxy that runs out of patience after its client", 0,
			[]string{
				"0.02 A " + get, "0.03 B ACK", "2.02 A FIN,ACK", "2.03 B ACK",
				`5.02 B PSH,ACK data "HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n"`, "5.0201 A RST",
			},
			"client-timeout 2.0 request-start",
		},
		{
			"a server that closes within a second", 0,
			[]string{"0.02 A " + get + " later 0.02", "0.05 B " + answer + " later 0.02", "0.06 A ACK later 0.02", "0.35 B FIN,ACK later 0.02", "0.36 A FIN,ACK later 0.02", "0.37 B ACK later 0.02"},
			"server-idle-timeout 0.3 last-data",
		},
		{
			"a server over TLS that says GOAWAY first", 0,
			append(slices.Clone(sealed), `0.06 A PSH,ACK data "\x17\x03\x03\x00\x22" len 39`, `2.07 B PSH,ACK data "\x17\x03\x03\x00\x22" len 39`, "2.071 B FIN,ACK", "2.08 A FIN,ACK", "2.09 B ACK"),
			"server-idle-timeout 2.0 last-data",
		},
		{
			"a server over TLS whose answer ends with its FIN", 0,
			append(slices.Clone(sealed), `2.05 B PSH,ACK data "\x17\x03\x03\x05\x00" len 1285`, `2.051 B FIN,PSH,ACK data "\x17\x03\x03\x00\x22" len 39`, "2.06 A FIN,ACK", "2.07 B ACK"),
			"",
		},
		{
			"answers at once", 0,
			[]string{"0.02 A " + get, "0.05 B " + answer, "0.06 A FIN,ACK", "0.07 B FIN,ACK", "0.071 A ACK"},
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			timers, _ := infer(t, "", connections(t, c.toClient, c.lines...))
			var got []string
			for _, timer := range timers {
				value := timer.Words()
				if timer.Value != nil {
					value = fmt.Sprintf("%.1f", timer.Value.Duration().Seconds())
				}
				if timer.Interval != nil {
					value += fmt.Sprintf(" %d every %.1f", *timer.Probes, timer.Interval.Duration().Seconds())
				}
				got = append(got, fmt.Sprintf("%s %s %s", timer.Kind, value, timer.From))
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("%s, want %s: %+v", text, c.want, timers)
			}
		})
	}
}
