package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// groups returns n groups of each of so many rules, the largest first.
func groups(rules, n int) []model.FindingGroup {
	var out []model.FindingGroup
	for rule := range rules {
		for i := range n {
			out = append(out, model.FindingGroup{
				Rule: fmt.Sprintf("FIN%d", 100+rule), Name: "some-name", Severity: model.Warning,
				Server: fmt.Sprintf("192.0.2.%d:80", i), Connections: int64(n - i), Message: "it did.", Advice: "Do not.",
				Examples: []model.Example{{File: "a b.pcap", Stream: 7, Frames: []int64{3, 5}, Shows: []string{"", "FIN"}}},
			})
		}
	}
	return out
}

// TestManyFindingsStayReadable writes far more groups and timers than a person
// reads.
func TestManyFindingsStayReadable(t *testing.T) {
	s := &model.Summary{Findings: groups(20, 5000)}
	for i := range 5000 {
		s.Timers = append(s.Timers, model.Timer{Kind: model.ClientTimeout, Server: fmt.Sprint(i), From: model.FromSYN})
	}
	for _, format := range []string{"text", "markdown"} {
		var out bytes.Buffer
		if err := Find(Summaries, format).New(&out, prose.Style{}).Close(s); err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(out.String(), `\_`, "_")
		if n := strings.Count(text, "\n"); n > 600 {
			t.Errorf("%s: %d lines", format, n)
		}
		for _, want := range []string{"and 4,995 more groups of FIN100 some-name (12,", "FIN119", "and 4,980 more timers"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", format, want)
			}
		}
	}
}

func TestFindingText(t *testing.T) {
	f := groups(1, 1)[0]
	f.Folds = []model.Fold{{Rule: "FIN203", Name: "late-response", Connections: 1}, {Rule: "FIN101", Name: "half-closed", Connections: 4}}
	var out bytes.Buffer
	if err := Text(&out, prose.Style{}).Close(&model.Summary{Findings: []model.FindingGroup{f}}); err != nil {
		t.Fatal(err)
	}
	const want = `
warning FIN100 some-name   1 connection to 192.0.2.0:80
        It did.
        stream 7: frame 3, FIN 5   →  finwait show 'a b.pcap' --stream 7
        Do not.
        It brought with it FIN203 late-response, FIN101 half-closed (4).
`
	if got := out.String(); !strings.HasSuffix(got, want) {
		t.Errorf("%s\nwant%s", got, want)
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"a.pcap": "a.pcap", "dir/a-1_2.pcap.gz": "dir/a-1_2.pcap.gz", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "": "''",
		"-a.pcap": "./-a.pcap", "é": "'é'", "e\x1b[1m'\\": `$'e\033[1m\'\\'`, "\xff": `$'\377'`,
	} {
		if got := prose.ShellWord(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestShowCommand(t *testing.T) {
	s := &model.Summary{Files: []model.FileInfo{{File: "a"}, {File: "b"}}}
	e := &model.Example{File: "b", Stream: 7}
	if got, want := showCommand(e, joined(s)), "finwait show --join a b --stream 7"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	n := int64(1)
	s.Files[0].Connections, s.Files[1].Connections = &n, &n
	if got, want := showCommand(e, joined(s)), "finwait show b --stream 7"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := showCommand(e, []string{"a", "b", "c", "d", "e"}); got != "finwait show --join a … e --stream 7" {
		t.Error(got)
	}
	if got := showCommand(&model.Example{File: "-"}, nil); got != "" {
		t.Error(got)
	}
}

func TestMarkdownCode(t *testing.T) {
	for in, want := range map[string]string{"a": "`a`", "a`b": "`` a`b ``", "a``b": "``` a``b ```"} {
		if got := prose.MarkdownCode(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestWhatIsToldOnce(t *testing.T) {
	text := "open x.pcap: no such file or directory"
	summary := &model.Summary{Files: []model.FileInfo{{File: "x.pcap", Error: &text}}}
	for told, want := range map[bool]string{
		false: "x.pcap   not read\n  ! open x.pcap: no such file or directory\n",
		true:  "x.pcap   not read\n",
	} {
		var b bytes.Buffer
		if err := Text(&b, prose.Style{Warned: told}).Close(summary); err != nil || b.String() != want {
			t.Errorf("told %v: %q, %v; want %q", told, b.String(), err, want)
		}
	}
}
