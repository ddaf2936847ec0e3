package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A directory of stored runs stands for them, and what else lies in it does not count.
func TestReportOfDirectoryOfRuns(t *testing.T) {
	files := recorded(t)[:6]
	dir := t.TempDir()
	below := filepath.Join(dir, "more")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	paths := []string{filepath.Join(dir, "a.parquet"), filepath.Join(below, "b.jsonl")}
	for i, path := range paths {
		says(t, exitOK, append([]string{"flows", "-q", "--no-config", "-o", path}, files[3*i:3*i+3]...)...)
	}
	for _, name := range []string{"notes.txt", "a.finwait.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	alike(t, "a directory", reportOf(t, dir), reportOf(t, paths...))
	alike(t, "a directory and a capture", reportOf(t, dir, recorded(t)[7]), reportOf(t, paths[0], paths[1], recorded(t)[7]))
	if _, problems := says(t, exitInput, "report", "--no-config", t.TempDir()); !strings.Contains(problems, "no capture below this directory") {
		t.Errorf("an empty directory: %s", problems)
	}
}

// What reads captures says of a stored run that it is one, and nothing of its connections.
func TestStoredRunInsteadOfCapture(t *testing.T) {
	for _, name := range []string{"run.jsonl", "run.json", "run.parquet"} {
		run := storedAs(t, name, "../../../testdata/real/go-timeout.pcap")
		for _, args := range [][]string{{"timeline"}, {"show"}, {"flows"}, {"ss"}, {"pair", run}, {"timeline", "--format", "jsonl"}} {
			out, problems := says(t, exitInput, append(args, "--no-config", run)...)
			if !strings.Contains(problems, "stored run") || !strings.Contains(problems, "only report and diff read those") || strings.Contains(problems, "magic") {
				t.Errorf("%v: %s", args, problems)
			}
			if strings.Contains(string(out), "no TCP connections") || strings.Contains(string(out), "0 sockets") {
				t.Errorf("%v: %s", args, out)
			}
		}
	}
}

// Where an output or a capture is not there, the message names what is missing as it was given.
func TestMissingPlaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	_, problems := says(t, exitInput, "flows", "--no-config", "-o", filepath.Join(dir, "a.jsonl"), "../../../testdata/real/go-timeout.pcap")
	if !strings.Contains(problems, "there is no directory "+dir) || strings.Contains(problems, ".a.jsonl.") {
		t.Errorf("%s", problems)
	}
	out, _ := says(t, exitInput, "check", "--no-config", dir)
	if strings.Contains(string(out), "rm ") || !strings.Contains(string(out), "Correct the name") {
		t.Errorf("%s", out)
	}
}
