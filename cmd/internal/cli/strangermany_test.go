package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/config"
	"finwait/reassembly/traffic"
)

// TestStrangersManyCaptures wants what stands beside many captures to cost no more than
// what stands beside one: what it may cost, captures share.
func TestStrangersManyCaptures(t *testing.T) {
	if testing.Short() {
		t.Skip("checks many captures")
	}
	const captures = 300
	dir := t.TempDir()
	text, err := os.ReadFile(fixture(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range captures {
		below := filepath.Join(dir, fmt.Sprintf("%03d", i))
		if err := os.Mkdir(below, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(below, strings.Repeat("a", 150)+".pcap"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outputs := t.TempDir()
	run := func(what string, wantCode int, args ...string) (took time.Duration, said string) {
		t.Helper()
		var out, problems bytes.Buffer
		begun := traffic.Processor()
		code := Command{Stdout: &out, Stderr: &problems}.Main(append([]string{"check"}, args...))
		took = traffic.Processor() - begun
		if code != wantCode {
			t.Errorf("%s: exit code %d: %.300s%.300s", what, code, &problems, &out)
		}
		if out.Len() > 8<<20 {
			t.Errorf("%s: %d octets of text", what, out.Len())
		}
		return took, problems.String() + out.String()
	}
	run("golden records", exitOK, "-q", "--update", dir)
	reports := []string{"--github", "--junit", filepath.Join(outputs, "x.xml"), "--sarif", filepath.Join(outputs, "x.sarif"), dir}
	plain, _ := run("nothing beside them", exitOK, reports...)
	alias := strings.Repeat("- *a\n", 950)
	for what, c := range map[string]struct {
		config, says string
		code         int
	}{
		"patterns": {"assertions:\n- {assert: 'true'}\n" + numbered("- {files: '**/a/**/b/**/c%d', assert: 'true'}\n"), "950 entries had nothing to do", exitOK},
		"costly patterns": {
			"assertions:\n" + numbered("- {files: '*"+strings.Repeat("a", 75)+"b%d', assert: 'true'}\n"),
			"so many and such patterns cost too much", exitUsage,
		},
		"classes":       {"assertions:\n- &a {files: '*" + strings.Repeat("[a-b]", 390) + "b', assert: 'true'}\n" + alias, "cost too much", exitUsage},
		"those hold":    {"assertions:\n- &a {name: '" + strings.Repeat("x", 200) + "', assert: 'true'}\n" + strings.Repeat("- *a\n", 150), "all is as agreed", exitOK},
		"too many":      {"assertions:\n- &a {assert: 'true'}\n" + alias, "cost too much", exitFindings},
		"without value": {"assertions:\n- &a {assert: '" + strings.Repeat("len(flows) == 1 and ", 90) + "flows[9].stream == 1'}\n" + alias, "no value here", exitFindings},
		"those fail":    {"assertions:\n- &a {message: '" + strings.Repeat("x", 1990) + "', assert: 'false'}\n" + alias, "more assertions of", exitFindings},
		"long texts":    {"assertions:\n- &a {assert: 'len(\"" + strings.Repeat("x", 4000) + "\") > 1'}\n" + alias, "cost too much", exitFindings},
		"selections":    {"select:\n" + strings.Repeat("- {where: 'all(1..10, all(1..20, # > 0))'}\n", 45), "all is as agreed", exitOK},
		"all ignored":   {"ignore:\n- &a {rule: FIN, reason: r}\n" + alias, "ignored", exitOK},
	} {
		config := filepath.Join(outputs, config.Name)
		if err := os.WriteFile(config, []byte(c.config), 0o600); err != nil {
			t.Fatal(err)
		}
		took, said := run(what, c.code, append([]string{"--config", config}, reports...)...)
		if !strings.Contains(said, c.says) {
			t.Errorf("%s: does not say %q: %.500s", what, c.says, said)
		}
		if took-plain > strangerTime { // once more: others have the same caches
			again, _ := run(what, c.code, append([]string{"--config", config}, reports...)...)
			took = min(took, again)
		}
		if took-plain > strangerTime {
			t.Errorf("%s: took %v, and %v without", what, took, plain)
		}
		for _, name := range []string{"x.xml", "x.sarif"} {
			if info, err := os.Stat(filepath.Join(outputs, name)); err == nil && info.Size() > 16<<20 {
				t.Errorf("%s: %s has %d octets", what, name, info.Size())
			}
			_ = os.Remove(filepath.Join(outputs, name)) // not there where nothing was checked
		}
		t.Logf("%s: %v, and %v without", what, took, plain)
	}
	for i := range captures {
		own := filepath.Join(dir, fmt.Sprintf("%03d", i), config.Name)
		if err := os.WriteFile(own, []byte("assertions:\n"+numbered("- {assert: 'len(flows) != 7 + %d'}\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if took, said := run("many configurations", exitUsage, dir); took > strangerTime || !strings.Contains(said, "in all") {
		t.Errorf("many configurations: took %v, says %.500s", took, said)
	}
}

// numbered repeats a line with a number in it.
func numbered(format string) string {
	var b strings.Builder
	for i := range 950 {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
