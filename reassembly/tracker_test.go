package reassembly_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
)

// packets returns the packets of a script.
func packets(t testing.TB, text string) []capture.Packet {
	t.Helper()
	s, err := pktscript.Parse(t.Name(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Packets()
}

// story is what the tests look at of a connection.
type story struct {
	stream        uint32
	close, ended  string
	flags         string
	states        string
	packets       int64
	caveats       string
	first, closer string
}

// track runs packets through a tracker and returns the stories in the order in
// which they came.
func track(cfg reassembly.Config, list []capture.Packet) (out []story) {
	tracker := reassembly.NewTracker(cfg, func(c *conn.Conn) {
		states := func(r conn.Role) (names []string) {
			for _, s := range c.States(r) {
				names = append(names, fmt.Sprint(s.State, s.Bound))
			}
			return names
		}
		out = append(out, story{
			stream: c.Stream, close: c.Close.String(), ended: c.Ended.String(), flags: string(c.AppendFlags(nil)),
			states:  fmt.Sprint(states(conn.Client), states(conn.Server)),
			packets: c.Packets[0] + c.Packets[1], caveats: strings.Join(c.Caveats.Names(), " "), closer: c.FirstCloser.String(),
			first: c.AddrPort(conn.Client).String(),
		})
	})
	var d segment.Decoder
	var s segment.Segment
	for i := range list {
		p := &list[i]
		p.Number = i + 1
		if d.Decode(p.Link, p.Data, p.Length, &s) == segment.Decoded {
			tracker.Add(p.Frame(), &s)
		} else {
			tracker.Advance(p.Time)
		}
	}
	tracker.Flush()
	return out
}

const ends = `A 192.0.2.1:40000
B 198.51.100.7:443
A2 192.0.2.1:40001
B2 198.51.100.7:443
A3 192.0.2.1:40002
B3 198.51.100.7:443
`

// Records come in the order in which connections end; those that the end of the
// capture ends come last, by stream.
func TestOrder(t *testing.T) {
	got := track(reassembly.Config{}, packets(t, ends+`
0.0 A SYN
0.1 B SYN,ACK
0.2 A ACK
1.0 A2 SYN
1.1 B2 SYN,ACK
1.2 A2 ACK
2.0 A3 SYN
2.1 B3 SYN,ACK
2.2 A3 ACK
3.0 A3 FIN,ACK
3.1 B3 FIN,ACK
3.2 A3 ACK
4.0 A2 RST,ACK
5.0 end
`))
	var order []string
	for _, s := range got {
		order = append(order, fmt.Sprint(s.stream, " ", s.ended))
	}
	if want := []string{"2 closed", "1 reset", "0 capture-end"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
}

// A connection silent for longer than Idle has ended; a segment that comes later
// reopens its number.
func TestIdleAndReopened(t *testing.T) {
	got := track(reassembly.Config{Idle: 10 * time.Second}, packets(t, ends+`
0.0 A SYN
0.1 B SYN,ACK
0.2 A ACK
5.0 beat
11.0 beat
12.0 A PSH,ACK len 5
300.0 end
`))
	if len(got) != 2 {
		t.Fatalf("%d records, want 2: %+v", len(got), got)
	}
	if got[0].ended != "idle" || got[0].close != "open" || got[0].stream != 0 {
		t.Errorf("first record %+v", got[0])
	}
	if got[1].stream != 0 || !strings.Contains(got[1].caveats, "reopened") || got[1].flags != "<d" && got[1].flags != ">d" {
		t.Errorf("second record %+v", got[1])
	}
}

// Beyond MaxConnections the stalest goes: not the oldest.
func TestEviction(t *testing.T) {
	got := track(reassembly.Config{MaxConnections: 2}, packets(t, ends+`
0.0 A SYN
1.0 A2 SYN
2.0 A SYN
3.0 A3 SYN
4.0 end
`))
	if len(got) != 3 || got[0].stream != 1 || got[0].ended != "evicted" || !strings.Contains(got[0].caveats, "evicted") {
		t.Errorf("%+v: the second connection should have been evicted", got)
	}
}

// A connection that goes on after its reset takes the place of another.
func TestEvictionByRevival(t *testing.T) {
	got := track(reassembly.Config{MaxConnections: 1}, packets(t, ends+`
0.0 A ACK len 1
0.1 A RST,ACK
1.0 A2 SYN
3.0 A ACK len 1
4.0 end
`))
	if len(got) != 2 || got[0].stream != 1 || got[0].ended != "evicted" {
		t.Errorf("%+v: the second connection should have been evicted", got)
	}
}

// Stray segments after the close belong to the connection still.
func TestStraySegments(t *testing.T) {
	got := track(reassembly.Config{}, packets(t, ends+`
0.0 A SYN
0.1 B SYN,ACK
0.2 A ACK
1.0 A FIN,ACK
1.1 B FIN,ACK
1.2 A ACK
1.6 B FIN,ACK seq -1
1.7 A ACK
99.0 end
`))
	if len(got) != 1 || got[0].packets != 8 || got[0].ended != "closed" {
		t.Errorf("%+v, want one closed connection of 8 packets", got)
	}
}

// A reset that its receiver goes on after was not taken in.
func TestResetNotTakenIn(t *testing.T) {
	got := track(reassembly.Config{}, packets(t, ends+`
0.0  A SYN
0.1  B SYN,ACK
0.2  A ACK
1.0  A RST,ACK lost
3.0  B PSH,ACK len 100
3.1  B PSH,ACK len 100
9.0  B PSH,ACK len 100
20.0 end
`))
	if len(got) != 1 || got[0].close == "reset" || got[0].packets != 7 {
		t.Errorf("%+v, want one connection that goes on", got)
	}
}

// Two connections tell the same story apart and interleaved.
func TestInterleaving(t *testing.T) {
	var flows [2][]capture.Packet
	for i, text := range []string{`
0.0 A SYN
0.1 B SYN,ACK
0.2 A ACK
0.3 A PSH,ACK len 100
0.4 B ACK
1.0 A FIN,ACK
1.1 B ACK
2.0 B PSH,ACK len 7
2.1 A RST seq next ack 0
`, `
0.0 A2 SYN
0.1 B2 SYN,ACK
0.2 A2 ACK
0.3 B2 PSH,ACK len 1000
0.4 B2 FIN,ACK
0.5 A2 ACK
3.0 A2 FIN,ACK
3.1 B2 ACK
`} {
		flows[i] = packets(t, ends+text)
	}
	want := map[string]story{}
	for _, f := range flows {
		s := track(reassembly.Config{}, slices.Clone(f))[0]
		s.stream = 0
		want[s.first] = s
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		a, b := flows[0], flows[1]
		var mixed []capture.Packet
		for len(a)+len(b) > 0 {
			if len(b) == 0 || len(a) > 0 && rng.IntN(2) == 0 {
				mixed, a = append(mixed, a[0]), a[1:]
			} else {
				mixed, b = append(mixed, b[0]), b[1:]
			}
		}
		for _, s := range track(reassembly.Config{}, mixed) {
			s.stream = 0
			s.caveats = strings.TrimSpace(strings.ReplaceAll(s.caveats, "clock-step", ""))
			if s != want[s.first] {
				t.Fatalf("interleaved\n%+v\nalone\n%+v", s, want[s.first])
			}
		}
	}
}

// Wherever a capture is cut, every segment is in some record and nothing breaks.
func TestCutAnywhere(t *testing.T) {
	files, err := filepath.Glob("../testdata/pkt/*.pkt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		list := packets(t, string(text))
		var d segment.Decoder
		var s segment.Segment
		segments := int64(0)
		step := max(len(list)/50, 1)
		for n := range list {
			if d.Decode(list[n].Link, list[n].Data, list[n].Length, &s) == segment.Decoded {
				segments++
			}
			if n%step != 0 {
				continue
			}
			sum := int64(0)
			for _, c := range track(reassembly.Config{}, list[:n+1]) {
				sum += c.packets
			}
			if sum != segments {
				t.Errorf("%s cut after packet %d: %d segments in records, want %d", file, n+1, sum, segments)
			}
		}
	}
}
