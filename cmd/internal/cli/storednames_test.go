package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"finwait/analyzer/model"
)

// runsOfOneName makes an empty directory the present one, and stores runs of two hosts there
// whose captures are both called a.pcap.
func runsOfOneName(t *testing.T) (race, timeout string) {
	t.Helper()
	real, err := filepath.Abs("../../../testdata/real")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	stored := func(capture, run string) string {
		text, err := os.ReadFile(filepath.Join(real, capture))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("a.pcap", text, 0o600); err != nil {
			t.Fatal(err)
		}
		says(t, exitOK, "flows", "--quiet", "--no-config", "-o", run, "a.pcap")
		return run
	}
	return stored("nginx-idle-race.pcap", "h1.parquet"), stored("go-timeout.pcap", "h2.jsonl")
}

// Captures of one name in runs of several hosts are told apart, wherever they are named.
func TestRunsWithCapturesOfOneName(t *testing.T) {
	race, timeout := runsOfOneName(t)
	for _, c := range []struct {
		args []string
		want map[string]int64 // connections
	}{
		{[]string{race, timeout}, map[string]int64{"a.pcap of h1.parquet": 3, "a.pcap of h2.jsonl": 12}},
		{[]string{timeout, race}, map[string]int64{"a.pcap of h1.parquet": 3, "a.pcap of h2.jsonl": 12}},
		{[]string{"a.pcap", race}, map[string]int64{"a.pcap": 12, "a.pcap of h1.parquet": 3}},
		{[]string{race}, map[string]int64{"a.pcap": 3}},
	} {
		out, _ := says(t, exitOK, append([]string{"report", "--no-config", "--format", "json", "--by", "file"}, c.args...)...)
		var s model.Summary
		if err := json.Unmarshal(out, &s); err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for _, row := range s.By {
			got[row.Key] = row.Connections
		}
		if len(got) != len(c.want) {
			t.Errorf("%v: %v, want %v", c.args, got, c.want)
		}
		for key, n := range c.want {
			if got[key] != n {
				t.Errorf("%v: %q has %d connections, want %d", c.args, key, got[key], n)
			}
		}
		for _, f := range s.Findings {
			for _, e := range f.Examples {
				if got[e.File] == 0 {
					t.Errorf("%v: an example is of %q, of which no row tells", c.args, e.File)
				}
			}
		}
		if told := strings.Contains(strings.Join(s.Caveats, "\n"), "more than one capture is called a.pcap"); told != (len(c.want) > 1) {
			t.Errorf("%v: %q", c.args, s.Caveats)
		}
	}
}
