package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/reassembly/traffic"
)

// says runs finwait and returns what it wrote, with the exit code that it should have.
func says(t *testing.T, code int, args ...string) (stdout []byte, stderr string) {
	t.Helper()
	return fed(t, code, nil, args...)
}

// fed is says with in on standard input.
func fed(t *testing.T, code int, in []byte, args ...string) (stdout []byte, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	got := Command{Stdin: bytes.NewReader(in), Stdout: &out, Stderr: &problems}.Main(args)
	if got != code {
		t.Fatalf("finwait %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, &problems)
	}
	return out.Bytes(), problems.String()
}

// storedAs stores what flows says of captures.
func storedAs(t *testing.T, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	says(t, exitOK, append([]string{"flows", "--quiet", "--no-config", "-o", path}, args...)...)
	return path
}

// comparably returns a report without what stored runs do not tell: the captures themselves,
// what is found in those as a whole, and the runs, which captures do not have.
func comparably(t *testing.T, text []byte) string {
	t.Helper()
	var report map[string]any
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	severities := report["severities"].(map[string]any)
	report["findings"] = slices.DeleteFunc(report["findings"].([]any), func(f any) bool {
		of := f.(map[string]any)
		is := slices.Contains([]string{"FIN904", "FIN905", "FIN906"}, of["rule"].(string))
		if is {
			severities[of["severity"].(string)] = severities[of["severity"].(string)].(float64) - 1
		}
		return is
	})
	if rows, ok := report["by"].([]any); ok { // of captures without connections no record tells
		report["by"] = slices.DeleteFunc(rows, func(row any) bool {
			of := row.(map[string]any)
			return of["by"] == "file" && of["connections"] == 0.0
		})
	}
	for _, key := range []string{"files", "runs", "caveats"} {
		delete(report, key)
	}
	out, err := json.MarshalIndent(report, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// reportOf is the report, comparably, of files.
func reportOf(t *testing.T, args ...string) string {
	t.Helper()
	out, _ := says(t, exitOK, append([]string{"report", "--quiet", "--no-config", "--format", "json"}, args...)...)
	return comparably(t, out)
}

func alike(t *testing.T, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s: line %d of the report is\n%s\nwant\n%s", what, i+1, strings.Join(g[max(i-5, 0):i+1], "\n"), w[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d", what, len(g), len(w))
}

func recorded(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../../testdata/real/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	return files
}

// The report of stored runs is that of their captures, but for what comparably leaves out:
// together and one by one, joined, merged from several runs, and with captures between.
func TestReportOfStoredRuns(t *testing.T) {
	files := recorded(t)
	want := reportOf(t, files...)
	third := len(files) / 3
	for _, name := range []string{"run.jsonl", "run.json", "run.parquet"} {
		alike(t, name, reportOf(t, storedAs(t, name, files...)), want)
		parts := []string{storedAs(t, "1.parquet", files[:third]...)}
		parts = append(parts, files[third:2*third]...)
		parts = append(parts, storedAs(t, name, files[2*third:]...))
		alike(t, name+" and captures", reportOf(t, parts...), want)
		alike(t, name+", joined", reportOf(t, storedAs(t, name, append([]string{"--join"}, files...)...)), reportOf(t, append([]string{"--join"}, files...)...))
	}
	for _, by := range []string{"file", "server", "client", "rule"} {
		args := []string{"--by", by, "--where", "packets.client > 5"}
		alike(t, "by "+by, reportOf(t, append(args, storedAs(t, "1.jsonl", files[:third]...), storedAs(t, "2.parquet", files[third:]...))...), reportOf(t, append(args, files...)...))
	}
	if !strings.Contains(want, `"known_as"`) {
		t.Error("the recordings have no timers: nothing is compared")
	}
}

// Of worst moments with equally many sockets, each of another run, the one is told that one run
// of all captures tells of, in either order of the runs.
func TestWorstOfStoredRuns(t *testing.T) {
	opening, closing := "../../../testdata/real/syn-cookies.pcap", "../../../testdata/real/go-timeout-delayed.pcap"
	for _, files := range [][]string{{opening, closing}, {closing, opening}} {
		want := reportOf(t, files...)
		if !strings.Contains(want, `"sockets": 4,
  "state": "CLOSE-WAIT"`) {
			t.Errorf("the two are not equally bad any more: %s", want)
		}
		alike(t, "two runs", reportOf(t, storedAs(t, "1.jsonl", files[0]), storedAs(t, "2.parquet", files[1])), want)
		alike(t, "a capture and a run", reportOf(t, files[0], storedAs(t, "2.parquet", files[1])), want)
	}
}

// The same of more connections and servers than are kept whole.
func TestReportOfStoredTraffic(t *testing.T) {
	shape := traffic.Mix(4000)
	path := filepath.Join(t.TempDir(), "mix.pcap")
	var b bytes.Buffer
	if err := traffic.Write(&b, shape.Packets(3)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run := storedAs(t, "mix.jsonl", path)
	alike(t, "jsonl", reportOf(t, run), reportOf(t, path))
	alike(t, "parquet", reportOf(t, storedAs(t, "mix.parquet", path)), reportOf(t, path))

	text, err := os.ReadFile(run)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(text); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	squeezed := filepath.Join(t.TempDir(), "mix.jsonl.gz")
	if err := os.WriteFile(squeezed, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	alike(t, "in gzip", reportOf(t, squeezed), reportOf(t, path))
	var out, problems bytes.Buffer
	c := Command{Stdin: bytes.NewReader(text), Stdout: &out, Stderr: &problems}
	if code := c.Main([]string{"report", "--no-config", "--format", "json", "-"}); code != exitOK {
		t.Fatalf("from standard input: exit code %d: %s", code, &problems)
	}
	alike(t, "from standard input", comparably(t, out.Bytes()), reportOf(t, path))
	if code := (Command{Stdout: &out, Stderr: &problems}).Main([]string{"diff", squeezed, storedAs(t, "mix.parquet", path)}); code != exitOK {
		t.Errorf("diff of stored runs: exit code %d: %s", code, &problems)
	}
}

// What older versions stored has no waits: the report says so, and has no timers.
func TestStoredWithoutWaits(t *testing.T) {
	text, err := os.ReadFile(storedAs(t, "run.jsonl", recorded(t)...))
	if err != nil {
		t.Fatal(err)
	}
	old := regexp.MustCompile(`,"waits":\[[^\]]*\]`).ReplaceAll(text, nil)
	path := filepath.Join(t.TempDir(), "old.jsonl")
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := says(t, exitOK, "report", "--no-config", "--format", "json", path)
	if !bytes.Contains(out, []byte(`"timers": []`)) || !bytes.Contains(out, []byte("records without waits")) {
		t.Errorf("%.300s", out)
	}
}

// Damage is told with its place, is exit code 3, and stops nothing.
func TestDamagedRuns(t *testing.T) {
	capture := "../../../testdata/real/go-timeout.pcap"
	good := storedAs(t, "good.parquet", capture)
	text, err := os.ReadFile(storedAs(t, "run.jsonl", capture))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	damaged := filepath.Join(t.TempDir(), "damaged.jsonl")
	bad := slices.Concat(lines[0], []byte("{\"schema\":\n"), slices.Concat(lines[1:]...))
	if err := os.WriteFile(damaged, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	out, problems := says(t, exitInput, "report", "--no-config", "--format", "json", damaged, good)
	if want := fmt.Sprintf("damaged.jsonl: line 2 (byte %d): ", len(lines[0])); !strings.Contains(problems, want) {
		t.Errorf("%s, want %s", problems, want)
	}
	whole := storedAs(t, "a.jsonl", capture)
	alike(t, "the rest", strings.ReplaceAll(comparably(t, out), damaged, whole), reportOf(t, whole, good))

	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.parquet")
	if err := os.WriteFile(cut, content[:len(content)-100], 0o600); err != nil {
		t.Fatal(err)
	}
	out, problems = says(t, exitInput, "report", "--no-config", "--format", "json", cut, good)
	if !strings.Contains(problems, "cut.parquet: cut short") {
		t.Errorf("%s", problems)
	}
	alike(t, "the other run", comparably(t, out), reportOf(t, good))
	for _, args := range [][]string{{"--join"}, {"--format", "html"}, {"--half-closed", "3s"}} {
		if _, problems := says(t, exitUsage, append(append([]string{"report", "--no-config"}, args...), good)...); !strings.Contains(problems, "is a stored run") {
			t.Errorf("%v: %s", args, problems)
		}
	}
}

// A stored run is a stranger's: whatever numbers and words stand in it, the report comes
// to an end.
func TestHostileRuns(t *testing.T) {
	text, err := os.ReadFile(storedAs(t, "run.jsonl", recorded(t)[:40]...))
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`[:\[,]-?[0-9][0-9.]*`)
	word := regexp.MustCompile(`"[a-zA-Z-]+"[,}\]]`)
	moment := regexp.MustCompile(`"20[0-9]{2}-[^"]*Z"`)
	r := rand.New(rand.NewPCG(5, 5))
	of := func(list ...string) string { return list[r.IntN(len(list))] }
	path := filepath.Join(t.TempDir(), "hostile.jsonl")
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		rarely := func(change func(string) string) func([]byte) []byte {
			return func(found []byte) []byte {
				if r.IntN(30) > 0 {
					return found
				}
				return []byte(change(string(found)))
			}
		}
		bad := number.ReplaceAllFunc(text, rarely(func(s string) string {
			return s[:1] + of("0", "-1", "9223372036854775807", "-9223372036", "9223372036.854775807", "65535", "4294967295", "1e300", "7", "null")
		}))
		bad = word.ReplaceAllFunc(bad, rarely(func(s string) string {
			return of(`"client"`, `"server"`, `"both"`, `"CLOSED"`, `"UNKNOWN"`, `"open"`, `"at-most"`, `null`, `"\u202e"`) + s[len(s)-1:]
		}))
		bad = moment.ReplaceAllFunc(bad, rarely(func(string) string {
			return of(`"0000-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999999999Z"`, `"1970-01-01T00:00:00Z"`, `"2262-04-11T23:47:16.854775807Z"`, `null`)
		}))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		begun := traffic.Processor()
		for _, format := range []string{"text", "json", "markdown"} {
			var out, problems bytes.Buffer
			args := []string{"report", "--no-config", "--by", "server", "--format", format, path}
			if code := (Command{Stdout: &out, Stderr: &problems}).Main(args); code != exitOK && code != exitInput {
				t.Fatalf("round %d: exit code %d: %s", round, code, &problems)
			}
		}
		if cost := traffic.Processor() - begun; !testing.Short() && cost > 6*time.Second { // short is for the race detector
			t.Errorf("round %d: %v of processor time", round, cost)
		}
	}
}
