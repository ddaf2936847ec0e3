package pair

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/pktscript"
)

// A script of two captures is a packet script as A's capture shows it: A stands beside the
// host A, B beside the host B, oneWay away and with a clock that is ahead by ahead. Comments
// say what became of a segment:
//
//	# path lost       the other end did not get it
//	# missed by B     that capture lacks it, the host got it
//	# forged at A     the path made it, for A
//	# twice           the path delivered it once more
//	# held 0.030      the path takes so much longer
//	# at B: A ADDRESS   what A is called there
const (
	oneWay = 10 * time.Millisecond
	ahead  = 1500 * time.Millisecond
)

var packetLine = regexp.MustCompile(`^([0-9.]+)\s+([AB])\s+([^#]*?)\s*(#.*)?$`)

// scripted writes the two captures of a script.
func scripted(t *testing.T, name, text string) (paths [2]string) {
	t.Helper()
	names := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^# at B: ((A|B) .*)$`).FindAllStringSubmatch(text, -1) {
		names[m[2]] = m[1]
	}
	for c, own := range [...]string{"A", "B"} {
		var lines []string
		var on []travel
		for line := range strings.SplitSeq(text, "\n") {
			m := packetLine.FindStringSubmatch(line)
			if m == nil {
				if who, _, _ := strings.Cut(line, " "); c == 1 && names[who] != "" {
					line = names[who]
				}
				lines = append(lines, line)
				continue
			}
			who, body, said := m[2], m[1]+" "+m[2]+" "+m[3], m[4]
			captured := true
			switch {
			case strings.Contains(said, "path lost") && who == own:
				body += " lost"
			case strings.Contains(said, "path lost"):
				body, captured = body+" drop lost", false
			case strings.Contains(said, "missed by "+own):
				body, captured = body+" drop", false
			case strings.Contains(said, "forged at ") && !strings.Contains(said, "forged at "+own):
				continue
			case strings.Contains(said, "twice") && who != own:
				body += "\n" + m[1] + "1 " + who + " dup"
				on = append(on, travel{who, held(t, said)})
			}
			if captured {
				on = append(on, travel{who, held(t, said)})
			}
			lines = append(lines, body)
		}
		paths[c] = writeScript(t, name+"."+own, strings.Join(lines, "\n"), c, on)
	}
	return paths
}

// travel is how a segment got from one place to the other.
type travel struct {
	from string
	held time.Duration // longer than oneWay
}

var heldWords = regexp.MustCompile(`held (0\.[0-9]+)`)

func held(t *testing.T, said string) time.Duration {
	t.Helper()
	m := heldWords.FindStringSubmatch(said)
	if m == nil {
		return 0
	}
	d, err := time.ParseDuration(m[1] + "s")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// writeScript writes one capture of a script, with the times of its place and clock.
func writeScript(t *testing.T, name, text string, c int, on []travel) string {
	t.Helper()
	s, err := pktscript.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	packets := s.Packets()
	for i := range packets {
		if c == 0 {
			continue
		}
		packets[i].Time += capture.Time(ahead)
		switch {
		case i >= len(on): // the end
		case on[i].from == "A":
			packets[i].Time += capture.Time(oneWay + on[i].held)
		default:
			packets[i].Time -= capture.Time(oneWay + on[i].held)
		}
	}
	slices.SortStableFunc(packets, func(x, y capture.Packet) int { return int(x.Time - y.Time) })
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name+".pcap")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// compareScript compares the two captures of a script, which has one connection.
func compareScript(t *testing.T, name, text string) (*Result, *Flow) {
	t.Helper()
	paths := scripted(t, name, text)
	r, err := Run(context.Background(), paths[:1], paths[1:], Options{Segments: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	var flow *Flow
	if err := r.Each(func(f *Flow) error { flow = f; return nil }); err != nil {
		t.Fatal(err)
	}
	if flow == nil {
		t.Fatal("no connection is in both captures")
	}
	return r, flow
}

// Each rule that needs both captures has fixtures like those of other rules, and says
// nothing where nobody wants it.
func TestRuleFixtures(t *testing.T) {
	want := regexp.MustCompile(`# want (FIN6\d\d)(?: "(.*)")?`)
	for _, id := range []string{"FIN601", "FIN602", "FIN603", "FIN604", "FIN605", "FIN606"} {
		for _, kind := range []string{"bad", "ok", "ugly"} {
			files, _ := filepath.Glob("../../testdata/rules/" + id + "/" + kind + "_*.pkt")
			if len(files) == 0 {
				t.Errorf("%s has no %s fixture", id, kind)
			}
			for _, file := range files {
				t.Run(strings.TrimSuffix(filepath.Base(file), ".pkt"), func(t *testing.T) {
					text, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					_, flow := compareScript(t, filepath.Base(file), string(text))
					var wanted, found []string
					for _, m := range want.FindAllStringSubmatch(string(text), -1) {
						wanted = append(wanted, m[1])
						says := regexp.MustCompile(m[2])
						if !slices.ContainsFunc(flow.Findings, func(f Finding) bool { return f.Rule == m[1] && says.MatchString(f.Message.String()) }) {
							t.Errorf("%s does not say %q", m[1], m[2])
						}
					}
					for i := range flow.Findings {
						if f := &flow.Findings[i]; strings.HasPrefix(f.Rule, "FIN6") {
							found = append(found, f.Rule)
							t.Logf("%s: %s", f.Rule, f.Message)
						}
					}
					slices.Sort(wanted)
					if !slices.Equal(found, wanted) {
						t.Errorf("found %v, want %v", found, wanted)
					}
				})
			}
		}
	}
}
