package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/check"
	"finwait/analyzer/config"
	"finwait/cmd/internal/damage"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/traffic"
)

// What check may cost beyond its captures when all that stands beside them is a
// stranger's: time of processors, and octets.
var strangerTime = traffic.Bound(time.Second, false)

const strangerHeap = 64 << 20

const strangerPkt = "A 192.0.2.1:40000\nB 198.51.100.7:443\n0 A SYN\n0.1 B SYN,ACK\n0.2 A ACK\n1 A FIN,ACK\n2 end\n"

// fixture writes a capture with its golden record.
func fixture(t testing.TB, dir string) string {
	t.Helper()
	s, err := pktscript.Parse("x.pkt", []byte(strangerPkt))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.pcap")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := (Command{Stdout: &out, Stderr: &out}).Main([]string{"check", "-q", "--update", dir}); code != exitOK {
		t.Fatal(code, &out)
	}
	return path
}

// stranger runs check over a directory and wants an answer that is one, at little cost.
func stranger(t *testing.T, what string, args ...string) (code int, text string) {
	t.Helper()
	var out, problems bytes.Buffer
	debug.FreeOSMemory()
	begun, before := traffic.Processor(), heapHeld()
	code = Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems}.Main(append([]string{"check"}, args...))
	took, grown := traffic.Processor()-begun, heapHeld()-before
	if took > strangerTime {
		t.Errorf("%s: took %v", what, took)
	}
	if grown > strangerHeap {
		t.Errorf("%s: the heap grew by %d MiB", what, grown>>20)
	}
	t.Logf("%s: %v, %d MiB, exit code %d", what, took.Round(time.Millisecond), grown>>20, code)
	for name, text := range map[string][]byte{"standard output": out.Bytes(), "standard error": problems.Bytes()} {
		if bad := damage.Bad(name, text); bad != "" {
			t.Errorf("%s: %s: %s", what, name, bad)
		}
		if len(text) > 4<<20 {
			t.Errorf("%s: %d octets on %s", what, len(text), name)
		}
	}
	if code != exitOK && out.Len()+problems.Len() == 0 {
		t.Errorf("%s: exit code %d without a word", what, code)
	}
	return code, out.String() + problems.String()
}

// heapHeld returns how many octets the heap has of the system: what it gave back
// before a run it takes again in it.
func heapHeld() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys - m.HeapReleased)
}

// TestStrangersFilesCostLittle takes large ones of each kind.
func TestStrangersFilesCostLittle(t *testing.T) {
	dir := t.TempDir()
	path := fixture(t, dir)
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	long := strings.Repeat("x", 1500)
	for name, text := range map[string]string{
		"many assertions":     "assertions:\n" + lines(950, "- {name: n%d, assert: 'len(flows) == 7'}\n"),
		"many different":      "assertions:\n" + lines(950, "- {assert: 'len(flows) == 7 + %d'}\n"),
		"too many":            "assertions:\n" + lines(3000, "- {name: n%d, assert: 'true'}\n"),
		"many aliases":        "assertions:\n- &a {name: n, message: '" + long + "', assert: 'len(flows) == 7'}\n" + strings.Repeat("- *a\n", 950),
		"costly aliases":      "assertions:\n- &a {assert: 'all(flows, all(1..300, all(1..300, # > 0)))'}\n" + strings.Repeat("- *a\n", 950),
		"many patterns":       "assertions:\n" + lines(950, "- {files: '**/a/**/b/**/c%d', assert: 'true'}\n"),
		"long patterns":       "assertions:\n- &a {files: '*" + strings.Repeat("[a-b]", 390) + "b', assert: 'true'}\n" + strings.Repeat("- *a\n", 950),
		"regular expressions": "assertions:\n" + lines(950, "- {assert: 'all(flows, .flags matches \"(a|b|c%d){50}x\")'}\n"),
		"why not":             "assertions:\n" + lines(900, "- {assert: 'all(flows, .stream == 7 + %d) and none(flows, .close == \"graceful\") and all(findings, .rule != \"FIN201\") and len(timers) == 1'}\n"),
		"loops":               "assertions:\n" + lines(950, "- {assert: 'all(1..300, all(1..300, # > %d))'}\n"),
		"sorted":              "assertions:\n" + lines(950, "- {assert: 'len(sort(map(1..900, -#))) == %d'}\n"),
		"grouped":             "assertions:\n" + lines(950, "- {assert: 'len(groupBy(1..900, # %% (2+%d))) == 1'}\n"),
		"many selections":     "select:\n" + lines(45, "- {files: 'a.pcap', where: 'stream == 0 or stream > %d'}\n"),
		"aliased selections":  "select:\n- &a {where: 'all(1..300, all(1..300, # > 0))'}\n" + strings.Repeat("- *a\n", 45),
		"many ignores":        "ignore:\n- &a {rule: [" + strings.Repeat("FIN,", 99) + "FIN], reason: r}\n" + strings.Repeat("- *a\n", 950),
		"long lines":          "assertions: [" + strings.Repeat("{assert: 'true'}, ", 10000) + "]",
		"deep by columns": lines(1, "%d:\n") + func() (s string) {
			for i := range 300 {
				s += strings.Repeat(" ", i) + "a:\n"
			}
			return s
		}(),
		"long": "# " + strings.Repeat("x", 400<<10),
	} {
		if err := os.WriteFile(filepath.Join(dir, config.Name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sound := name == "many selections" || name == "many ignores"
		if code, said := stranger(t, name, dir); (code == exitOK) != sound {
			t.Errorf("%s: exit code %d: %.500s", name, code, said)
		}
	}
	if err := os.Remove(filepath.Join(dir, config.Name)); err != nil {
		t.Fatal(err)
	}
	entry := `{"streams":"0","port":443,"handshake":"complete","close":"graceful","flags":">S"},`
	for name, text := range map[string]string{
		"range":    `{"schema":"finwait.golden/1","connections":[{"streams":"0-4294967295"}]}`,
		"ranges":   `{"schema":"finwait.golden/1","connections":[{"streams":"` + strings.Repeat("0-9999999,", 20000) + `0"}]}`,
		"entries":  `{"schema":"finwait.golden/1","connections":[` + strings.Repeat(entry, 2500) + `{}]}`,
		"empty":    `{"schema":"finwait.golden/1","connections":[` + strings.Repeat("{},", 80000) + `{}]}`,
		"repeated": `{"schema":"finwait.golden/1","connections":[` + strings.Repeat(`{"streams":"0-3"},`, 2000) + `{"streams":"0"}]}`,
		"nested":   strings.Repeat("[", 200000),
		"findings": `{"schema":"finwait.golden/1","connections":[{"streams":"0","findings":["` + strings.Repeat(`","`, 60000) + `"]}]}`,
		"long":     strings.Repeat(" ", 2<<20),
	} {
		if err := os.WriteFile(path+check.Suffix, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := stranger(t, "golden record: "+name, dir); code == exitOK {
			t.Errorf("golden record: %s: %s", name, said)
		}
	}
	baseline := filepath.Join(t.TempDir(), "known")
	result := `{"partialFingerprints":{"communityIdRuleOrdinal/v1":"1:a/FIN101/%d"}},`
	for name, text := range map[string]string{
		"results":  `{"runs":[{"results":[` + lines(150_000, result) + `{}]}]}`,
		"records":  strings.Repeat(`{"schema":"finwait.flow/1","findings":[{},{},{},{},{},{},{},{}]}`+"\n", 100_000),
		"findings": `{"schema":"finwait.flow/1","findings":[` + strings.Repeat("{},", 300_000) + `{}]}`,
		"nested":   strings.Repeat(`{"runs":[`, 200_000),
		"long":     strings.Repeat(" ", check.BaselineLimit+1),
	} {
		if err := os.WriteFile(baseline, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := stranger(t, "baseline: "+name, "--baseline", baseline, dir); code == exitOK {
			t.Errorf("baseline: %s: %s", name, said)
		}
	}
}

// FuzzConfig takes any text for a configuration.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{
		"", "rules: {}", "\ufeffrules: {ignore: FIN1}", "- &a {name: x, assert: 'len(flows) == 1'}\n- *a", "assertions:\n- assert: |\n    all(flows,\n     .close == \"x\")",
		"select: [{where: 'stream == 0', files: '**/*.pcap'}]", "ignore: [{rule: FIN101, server: ':80', reason: r}]", "thresholds: {half-closed: 1s}",
		"- - - - -", "? a : b", "a: !!binary x", "%YAML 1.2\n---\n{", "assertions: &a [*a]", "<<: *x", "assertions:\n- assert: 'reduce(1..9, #acc + #acc, \"a\") != \"\"'",
	} {
		f.Add(text)
	}
	dir := f.TempDir()
	fixture(f, dir)
	f.Fuzz(func(t *testing.T, text string) {
		own := t.TempDir()
		config := filepath.Join(own, config.Name)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := stranger(t, "config", "--config", config, dir); code > exitInput {
			t.Errorf("exit code %d: %s", code, said)
		}
	})
}

// FuzzGolden takes any text for a golden record. Only what says what is written anew is
// agreed on.
func FuzzGolden(f *testing.F) {
	dir := f.TempDir()
	path := fixture(f, dir)
	good, err := os.ReadFile(path + check.Suffix)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, text := range []string{"", "{}", "[]", "null", `{"schema":"finwait.golden/1"}`, `{"schema":"finwait.golden/1","connections":[{"streams":"0-4294967295, 7"}]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		path := fixture(t, dir)
		if err := os.WriteFile(path+check.Suffix, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := stranger(t, "golden record", dir); code == exitOK && !bytes.Contains(text, []byte("half-closed")) || code > exitInput {
			t.Errorf("exit code %d: %s", code, said)
		}
	})
}

// FuzzBaseline takes any text for a baseline.
func FuzzBaseline(f *testing.F) {
	dir := f.TempDir()
	fixture(f, dir)
	log := filepath.Join(f.TempDir(), "log")
	var out bytes.Buffer
	for _, args := range [][]string{{"check", "--sarif", log, dir}, {"flows", "-f", "jsonl", "-o", log, dir}} {
		if code := (Command{Stdout: &out, Stderr: &out}).Main(args); code != exitOK {
			f.Fatal(code, &out)
		}
		text, err := os.ReadFile(log)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"runs":[{"results":[{"partialFingerprints":{"communityIdRuleOrdinal/v1":"x"},"locations":[{}]}]}]}`))
	f.Add([]byte(`{"runs":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := check.ReadBaseline("known", text)
		if err == nil {
			b.Unmet(func(string) bool { return true })
		}
	})
}
