package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/itchyny/gojq"

	"finwait/cmd/internal/cli"
)

// flow is what the test needs of a record.
type flow struct {
	Server struct{ IP string }
	Close  string
	Half   float64 `json:"half_closed_s"`
	States struct {
		Client []struct {
			State, Bound string
			DurationS    float64 `json:"duration_s"`
		}
	}
	Findings []struct{ Rule string }
}

// jqAnswers are those to what the README asks jq, as the records give them; the
// order of lines does not count.
var jqAnswers = []func([]flow) []string{
	func(flows []flow) (lines []string) {
		for _, f := range flows {
			if f.Close == "half-closed" {
				lines = append(lines, fmt.Sprintf("%s\t%v", f.Server.IP, f.Half))
			}
		}
		return lines
	},
	func(flows []flow) (lines []string) {
		number, longest := map[string]int{}, map[string]float64{}
		for _, f := range flows {
			for _, s := range f.States.Client {
				if s.State == "FIN-WAIT-2" && s.Bound != "at-most" {
					number[f.Server.IP]++
					longest[f.Server.IP] = max(longest[f.Server.IP], s.DurationS)
				}
			}
		}
		for ip, n := range number {
			lines = append(lines, fmt.Sprintf("%s\t%d\t%v", ip, n, longest[ip]))
		}
		return lines
	},
	func(flows []flow) (lines []string) {
		for _, f := range flows {
			for _, of := range f.Findings {
				lines = append(lines, of.Rule)
			}
		}
		return lines
	},
}

// TestReadmeJQ runs what the README shows of finwait and jq over the recorded
// captures.
func TestReadmeJQ(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	real, err := filepath.Abs(filepath.Join(root, "testdata", "real"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(real, "captures"); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	flows := decode[flow](t, finwait(t, "flows", "--format", "jsonl", "captures/"))
	pipelines := jqPipelines(t, string(readme))
	if len(pipelines) != len(jqAnswers) {
		t.Fatalf("README.md asks jq %d times, and there are %d answers", len(pipelines), len(jqAnswers))
	}
	for i, p := range pipelines {
		got := strings.Split(strings.TrimSuffix(p.run(t), "\n"), "\n")
		want := jqAnswers[i](flows)
		if i == 1 && !slices.IsSortedFunc(got, longestFirst) {
			t.Errorf("%v: out of order: %q", p.jq, got)
		}
		slices.Sort(got)
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%v\njq says\n%s\nfinwait says\n%s", p.jq, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func longestFirst(a, b string) int {
	var waits [2]float64
	for i, line := range []string{a, b} {
		_, _ = fmt.Sscan(line[strings.LastIndex(line, "\t")+1:], &waits[i]) // lines are compared, too
	}
	return int(waits[1]*1e9 - waits[0]*1e9)
}

// TestHelpJQ runs what the help shows of finwait and jq: it must find something.
func TestHelpJQ(t *testing.T) {
	manual := cli.Manual("")
	capture, err := filepath.Abs(filepath.Join(root, "testdata", "real", "close-wait-leak.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(capture, "a.pcap"); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	pipelines := jqPipelines(t, manual)
	if len(pipelines) == 0 {
		t.Error("the help shows no jq")
	}
	for _, p := range pipelines {
		if out := strings.TrimSpace(p.run(t)); out == "" || out == "null" || out == "{}" {
			t.Errorf("%v: jq finds %q", p.jq, out)
		}
	}
}

// jqPipeline is a command line: what finwait writes goes to jq. What would follow
// is left out.
type jqPipeline struct{ finwait, jq []string }

func jqPipelines(t *testing.T, text string) (list []jqPipeline) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		command, rest, piped := strings.Cut(line, " | jq ")
		if !piped || !strings.HasPrefix(command, "finwait ") {
			continue
		}
		quotes := 0
		end := strings.IndexFunc(rest, func(r rune) bool {
			if r == '\'' {
				quotes++
			}
			return r == '|' && quotes%2 == 0
		})
		if end >= 0 {
			rest = rest[:end]
		}
		left, err1 := words(strings.TrimPrefix(command, "finwait "))
		right, err2 := words(rest)
		if err1 != nil || err2 != nil {
			t.Fatal(line, err1, err2)
		}
		list = append(list, jqPipeline{left, right})
	}
	return list
}

// run returns what jq prints. It knows the flags -r and -s.
func (p *jqPipeline) run(t *testing.T) string {
	t.Helper()
	inputs := decode[any](t, finwait(t, p.finwait...))
	raw := false
	for _, arg := range p.jq[:len(p.jq)-1] {
		for _, flag := range strings.TrimPrefix(arg, "-") {
			switch flag {
			case 'r':
				raw = true
			case 's':
				inputs = []any{inputs}
			default:
				t.Fatalf("%v: -%c is not known here", p.jq, flag)
			}
		}
	}
	query, err := gojq.Parse(p.jq[len(p.jq)-1])
	if err != nil {
		t.Fatalf("%v: %v", p.jq, err)
	}
	var out strings.Builder
	for _, in := range inputs {
		for results := query.Run(in); ; {
			v, more := results.Next()
			if !more {
				break
			}
			if err, failed := v.(error); failed {
				t.Fatalf("%v: %v", p.jq, err)
			}
			out.WriteString(jqText(t, v, raw) + "\n")
		}
	}
	return out.String()
}

func jqText(t *testing.T, v any, raw bool) string {
	if s, ok := v.(string); ok && raw {
		return s
	}
	text, err := gojq.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// finwait returns what the program prints, which must succeed.
func finwait(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, problems bytes.Buffer
	if code := (cli.Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems}).Main(args); code != 0 {
		t.Fatalf("%q ends with %d: %s", args, code, problems.String())
	}
	return out.Bytes()
}

// decode reads JSON texts, one after the other.
func decode[T any](t *testing.T, text []byte) (list []T) {
	t.Helper()
	for in := json.NewDecoder(bytes.NewReader(text)); in.More(); {
		var v T
		if err := in.Decode(&v); err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}
