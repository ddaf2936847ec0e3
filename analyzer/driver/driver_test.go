package driver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
)

const graceful = `
A 192.0.2.1:40000
B 198.51.100.7:443
0.000  A SYN
0.010  B SYN,ACK
0.011  A ACK
1.040  A FIN,ACK
1.050  B ACK
2.250  B FIN,ACK
2.251  A ACK
`

// pcap returns the capture that a script stands for.
func pcap(t *testing.T, script string) []byte {
	t.Helper()
	s, err := pktscript.Parse("test", []byte(script))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// split cuts a capture before its nth packets, as tcpdump -C does.
func split(text []byte, before ...int) [][]byte {
	const head = 24
	at, n := head, 1
	start := head
	var parts [][]byte
	for at < len(text) {
		if len(before) > 0 && n == before[0] {
			parts = append(parts, append(bytes.Clone(text[:head]), text[start:at]...))
			start, before = at, before[1:]
		}
		at += 16 + int(uint32(text[at+8])|uint32(text[at+9])<<8)
		n++
	}
	return append(parts, append(bytes.Clone(text[:head]), text[start:]...))
}

func write(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// gathered is a Handler that writes down everything that it is told.
type gathered struct {
	lines   []string
	records []*model.Record
	files   []model.FileInfo
	summary *model.Summary
	fail    error // what Record returns
}

func (g *gathered) Record(r *model.Record) error {
	g.lines = append(g.lines, string(r.AppendJSON(nil)))
	g.records = append(g.records, r)
	return g.fail
}

func (g *gathered) File(f *model.FileInfo) error {
	g.lines = append(g.lines, f.File)
	g.files = append(g.files, *f)
	return nil
}

func (g *gathered) Close(s *model.Summary) error {
	g.lines = append(g.lines, "closed")
	g.summary = s
	return nil
}

func runAll(t *testing.T, o Options, files ...string) (*gathered, *Outcome, []error) {
	t.Helper()
	var problems []error
	o.Problem = func(err error) { problems = append(problems, err) }
	g := new(gathered)
	outcome, err := Run(t.Context(), files, o, g)
	if err != nil {
		t.Fatal(err)
	}
	return g, outcome, problems
}

func TestResultsComeInOrderOnAnyNumberOfCores(t *testing.T) {
	text := pcap(t, graceful)
	var files []string
	for i := range 20 {
		files = append(files, write(t, fmt.Sprintf("%d.pcap", i), text))
	}
	files[7] = "missing.pcap"
	var want []string
	for _, cores := range []int{1, 2, 16} {
		old := runtime.GOMAXPROCS(cores)
		g, outcome, problems := runAll(t, Options{}, files...)
		runtime.GOMAXPROCS(old)
		if outcome.Unreadable != 1 || len(problems) != 1 || len(g.records) != 19 || g.summary.Connections != 19 {
			t.Errorf("%d cores: %d unreadable, %d problems, %d records", cores, outcome.Unreadable, len(problems), len(g.records))
		}
		if want == nil {
			want = g.lines
		}
		if strings.Join(g.lines, "\n") != strings.Join(want, "\n") {
			t.Errorf("%d cores change the results", cores)
		}
	}
	for i, f := range runOrder(want) {
		if f != files[i] {
			t.Errorf("capture %d is %s, want %s", i, f, files[i])
		}
	}
}

func runOrder(lines []string) (files []string) {
	for _, line := range lines {
		if !strings.HasPrefix(line, "{") && line != "closed" {
			files = append(files, line)
		}
	}
	return files
}

func TestJoinedFilesAreOneCapture(t *testing.T) {
	text := pcap(t, graceful)
	whole, _, _ := runAll(t, Options{}, write(t, "whole.pcap", text))
	parts := split(text, 3, 6)
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	a, b, c := write(t, "a", parts[0]), write(t, "b", parts[1]), write(t, "c", parts[2])
	joined, _, _ := runAll(t, Options{Join: true}, c, a, b)
	if len(joined.records) != 1 {
		t.Fatalf("%d connections, want 1", len(joined.records))
	}
	r := joined.records[0]
	if r.File != a || r.First.File != a || r.Last.File != c || r.FIN.Client.File != b || r.FIN.Server.File != c {
		t.Errorf("files %s, first %s, last %s, FINs %s and %s", r.File, r.First.File, r.Last.File, r.FIN.Client.File, r.FIN.Server.File)
	}
	if r.Last.Frame != 7 || *r.FIN.Server.Frame != 6 {
		t.Errorf("last frame %d, FIN of the server %d", r.Last.Frame, *r.FIN.Server.Frame)
	}
	if got, want := r.Flags, whole.records[0].Flags; got != want || r.Close != conn.CloseGraceful {
		t.Errorf("flags %q, want %q; close %s", got, want, r.Close)
	}
	for i, f := range joined.files {
		if f.File != []string{c, a, b}[i] || f.Packets != []int64{2, 2, 3}[i] || f.Connections != nil || !f.Complete {
			t.Errorf("capture %d: %+v", i, f)
		}
	}
}

func TestJoinKeepsTheOrderOfEqualTimes(t *testing.T) {
	one := pcap(t, "A 192.0.2.1:1\nB 192.0.2.2:2\n0 A SYN\n1 A SYN\n")
	two := pcap(t, "A 192.0.2.3:1\nB 192.0.2.4:2\n0 A SYN\n1 A SYN\n")
	a, b := write(t, "a", one), write(t, "b", two)
	g, _, problems := runAll(t, Options{Join: true}, b, "missing", a)
	if len(g.records) != 2 || len(problems) != 1 {
		t.Fatalf("%d connections, %d problems", len(g.records), len(problems))
	}
	for _, r := range g.records {
		first, last := int64(1), int64(3)
		if r.File == a {
			first, last = 2, 4
		}
		if r.First.Frame != first || r.Last.Frame != last {
			t.Errorf("%s: frames %d to %d, want %d to %d", filepath.Base(r.File), r.First.Frame, r.Last.Frame, first, last)
		}
	}
}

func TestPacketsAddUp(t *testing.T) {
	file := write(t, "x", pcap(t, graceful+"3 beat\n4 frame 0011\n"))
	for name, o := range map[string]Options{
		"all":    {},
		"window": {Window: Window{After: Bound{set: true, offset: true, ns: 1e9}}},
		"filter": {Keep: func(s *segment.Segment) bool { return s.Src.Port == 443 }},
	} {
		g, _, _ := runAll(t, o, file)
		sum := g.files[0].TCPPackets
		for _, n := range g.files[0].Skipped {
			sum += n
		}
		if sum != 9 || g.files[0].Packets != 9 {
			t.Errorf("%s: %+v", name, g.files[0])
		}
	}
}

// The clock steps back only where a time lies behind an earlier one, however far
// from ours the times are.
func TestClockStepsAreCounted(t *testing.T) {
	for _, c := range []struct {
		times []capture.Time
		steps int64
	}{
		{[]capture.Time{math.MinInt64, math.MinInt64, math.MinInt64 + 1}, 0},
		{[]capture.Time{math.MaxInt64, math.MinInt64, math.MaxInt64}, 1},
		{[]capture.Time{20e6, 10e6, 10e6 - 1, 30e6}, 1},
	} {
		in := new(input)
		for _, at := range c.times {
			in.count(&capture.Packet{Time: at})
		}
		if in.steps != c.steps {
			t.Errorf("%d: %d steps, want %d", c.times, in.steps, c.steps)
		}
	}
}

func TestSelectDecidesWhatIsCounted(t *testing.T) {
	file := write(t, "x", pcap(t, graceful))
	g, outcome, _ := runAll(t, Options{Select: func(*model.Record) bool { return false }}, file)
	if len(g.records) != 0 || g.summary.Connections != 0 || *g.files[0].Connections != 0 || outcome.Unreadable != 0 {
		t.Errorf("%d records, summary %+v", len(g.records), g.summary)
	}
}

func TestHandlerErrorEndsTheRun(t *testing.T) {
	file := write(t, "x", pcap(t, graceful))
	for _, o := range []Options{{}, {Join: true}} {
		for _, files := range [][]string{{file}, {file, file, file}} {
			o.Problem = func(error) {}
			g := &gathered{fail: io.ErrClosedPipe}
			if _, err := Run(t.Context(), files, o, g); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("%d files, join %v: error %v", len(files), o.Join, err)
			}
			if len(g.lines) != 1 {
				t.Errorf("the handler was called again: %q", g.lines[1:])
			}
		}
	}
}

// stalled gives its text, and when asked for more calls stall and waits forever.
type stalled struct {
	text  []byte
	stall func()
}

func (s *stalled) Read(p []byte) (int, error) {
	if len(s.text) == 0 {
		s.stall()
		select {}
	}
	n := copy(p, s.text)
	s.text = s.text[n:]
	return n, nil
}

func TestInterruptCompletesWhatIsThere(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	text := pcap(t, graceful)
	stdin := &stalled{text[:len(text)-100], cancel}
	g := new(gathered)
	outcome, err := Run(ctx, []string{"-"}, Options{Stdin: stdin, Problem: func(err error) { t.Error(err) }}, g)
	if err != nil || !outcome.Interrupted {
		t.Fatalf("interrupted %v, error %v", outcome.Interrupted, err)
	}
	if len(g.records) != 1 || g.summary == nil || g.files[0].Complete {
		t.Errorf("%q", g.lines)
	}
}

func TestParseBound(t *testing.T) {
	start := capture.Time(1700000000e9)
	for text, want := range map[string]capture.Time{
		"2023-11-14T22:13:20Z": start, "2023-11-14T23:13:20+01:00": start, "2023-11-14 22:13:20": start,
		"1700000000": start, "1700000000.000000001": start + 1, "+1.5s": start + 15e8, "2m": start + 120e9,
		"0s": start, "2023-11-14T22:13:20.5Z": start + 5e8,
		"9999-01-01T00:00:00Z": math.MaxInt64, "1600-01-01": math.MinInt64, // the nearest that can be told
	} {
		b, err := ParseBound(text)
		if err != nil || b.at(start) != want {
			t.Errorf("%s: got %v, want %v (%v)", text, b.at(start), want, err)
		}
	}
	for _, text := range []string{"", "yesterday", "-5s", "1.5.5", "-1"} {
		if b, err := ParseBound(text); err == nil {
			t.Errorf("%q was taken as %+v", text, b)
		}
	}
}

// An offset may lead beyond what can be told; no packet is later.
func TestOffsetBeyondTime(t *testing.T) {
	b, err := ParseBound("2500000h")
	if err != nil {
		t.Fatal(err)
	}
	for start, want := range map[capture.Time]capture.Time{
		0: 9e18, -1: 9e18 - 1, math.MinInt64: math.MinInt64 + 9e18, 1790000000e9: math.MaxInt64, math.MaxInt64: math.MaxInt64,
	} {
		if got := b.at(start); got != want {
			t.Errorf("from %d: %d, want %d", start, got, want)
		}
	}
}
