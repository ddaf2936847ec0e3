package pairs

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"finwait/analyzer/pair"
	"finwait/analyzer/report/prose"
)

// pairOf writes how two recordings of the bridge compare.
func pairOf(t *testing.T, a, b string) string {
	t.Helper()
	return strings.Join(strings.Fields(pairIn(t, "text", a, b)), " ") // however it is wrapped
}

func pairIn(t *testing.T, format, a, b string) string {
	t.Helper()
	const dir = "../../../testdata/real/pair"
	a, b = filepath.Join(dir, a), filepath.Join(dir, b)
	r, err := pair.Run(context.Background(), []string{a}, []string{b}, pair.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer
	if _, err := Write(&out, format, Names{a, b}, r, prose.Style{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Hosts are to blame only where the network lost, forged, copied and delayed nothing: what
// it did is what the bridge was told to do.
func TestPairVerdict(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"quiet-path", `The network delivered all that was sent while both captures ran, none of it late: what is late or missing is the hosts' doing\.`},
		{"stalled-answers", `The network lost nothing while both captures ran, but delayed 2 segments, for as long as 90\d ms\.`},
		{"late-copies", `The network lost nothing while both captures ran, but duplicated 22 segments\.`},
		{"duplication", `The network lost nothing while both captures ran, but delayed \d+ segments, for as long as 71\.0 ms, and duplicated 22 segments\.`},
		{"reordering", `The network lost nothing while both captures ran, but delayed \d+ segments, for as long as 9\.\d+ ms\.`},
		{"port-reuse", `The network lost 3 of 21 segments on the way from A to B, and nothing from B to A\.`},
		{"answers-never-arrive", `The network lost 12 of 12 segments on the way from B to A, and nothing from A to B\.`},
	} {
		if text := pairOf(t, c.name+".a.pcap", c.name+".b.pcap"); !regexp.MustCompile(c.want).MatchString(text) {
			t.Errorf("%s does not say %q:\n%s", c.name, c.want, text)
		}
	}
}

// A capture that is compared with itself says nothing of a network.
func TestPairOfOneCapture(t *testing.T) {
	text := pairOf(t, "quiet-path.a.pcap", "quiet-path.a.pcap")
	if !regexp.MustCompile(`A and B are one capture`).MatchString(text) || regexp.MustCompile(`hosts' doing`).MatchString(text) {
		t.Errorf("it does not say so:\n%s", text)
	}
}

// What many connections show is shown by the one that lost most, with its frames, and the
// gravest comes first.
func TestPairExamples(t *testing.T) {
	text := pairOf(t, "nat.a.pcap", "nat.b.pcap")
	const want = `For example, 2 segments from the server to the client were lost between the captures, of 18 \(11 %\) .* stream 1: B 15, 213 →`
	if !regexp.MustCompile(want).MatchString(text) {
		t.Errorf("it does not say %q:\n%s", want, text)
	}
	text = pairOf(t, "path-dies.a.pcap", "path-dies.b.pcap")
	if !regexp.MustCompile(`error FIN304 .* warning FIN601 .* warning FIN604 `).MatchString(text) {
		t.Errorf("the gravest is not first:\n%s", text)
	}
}

// What both sides have is told of both, with the evidence of each, in every form.
func TestPairTellsBothSides(t *testing.T) {
	for _, c := range []struct{ name, here, there string }{
		{"path-dies", "6 segments from the client to the server were lost", "The other side, 3 connections: for example, 6 segments from the server to the client were lost"},
		{"stalled-answers", "The client sent 2 segments again that had arrived", "The other side, 1 connection: the server sent 2 segments again that had arrived"},
	} {
		for _, format := range []string{"text", "markdown", "html"} {
			text := strings.Join(strings.Fields(pairIn(t, format, c.name+".a.pcap", c.name+".b.pcap")), " ")
			if here, there := strings.Index(text, c.here), strings.Index(text, c.there); here < 0 || there < here {
				t.Errorf("%s: %s does not tell both sides:\n%s", c.name, format, text)
			}
		}
	}
}

// In Markdown what was found, what to do and where it is do not run together.
func TestPairMarkdownLines(t *testing.T) {
	text := pairIn(t, "markdown", "stalled-answers.a.pcap", "stalled-answers.b.pcap")
	if !regexp.MustCompile(`for as long as 90\d ms  \n  Look for what reorders packets .*  \n  stream 0: .*  \n  .finwait show `).MatchString(text) {
		t.Errorf("lines run together:\n%s", text)
	}
}
