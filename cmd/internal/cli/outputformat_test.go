package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the name of the output promises is written, or nothing is.
func TestFormatOfTheName(t *testing.T) {
	const capture = "../../../testdata/real/go-timeout.pcap"
	for _, c := range []struct{ command, name, begins string }{
		{"flows", "a.jsonl", `{"schema"`},
		{"flows", "a.ndjson", `{"schema"`},
		{"flows", "a.CSV", "schema,"},
		{"flows", "a.b.parquet", "PAR1"},
		{"flows", "a", "../../../testdata/real/go-timeout.pcap"},
		{"flows", "a.txt", "../../../testdata/real/go-timeout.pcap"},
		{"flows", "a.2026-01-02", "../../../testdata/real/go-timeout.pcap"},
		{"report", "a.md", "## TCP teardown"},
		{"timeline", "a.om", "# "},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		says(t, exitOK, c.command, "--no-config", "-q", "-o", path, capture)
		text, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(text, []byte(c.begins)) {
			t.Errorf("%s -o %s: %v, %.30q, want %q", c.command, c.name, err, text, c.begins)
		}
	}
	for _, c := range []struct{ command, name, want string }{
		{"flows", "a.jsonl.gz", "a.jsonl, and compress that"},
		{"flows", "a.html", "flows does not write html"},
		{"flows", "a.pcap", "flows does not write pcap"},
		{"report", "a.parquet", "report does not write parquet"},
		{"timeline", "a.json", "timeline does not write json"},
		{"diff", "a.csv", "diff does not write csv"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		args := []string{c.command, "--no-config", "-o", path, capture}
		if c.command == "diff" {
			args = append(args, capture)
		}
		if _, problems := says(t, exitUsage, args...); !strings.Contains(problems, c.want) {
			t.Errorf("%s -o %s: %s, want %q", c.command, c.name, problems, c.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s -o %s: written", c.command, c.name)
		}
	}
	path := filepath.Join(t.TempDir(), "a.html")
	says(t, exitOK, "flows", "--no-config", "--format", "csv", "-o", path, capture)
}
