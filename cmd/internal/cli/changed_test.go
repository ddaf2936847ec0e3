package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A capture that holds less when it is read for the second time is told of: what
// comes out is not all that was asked for.
func TestCaptureChangesMeanwhile(t *testing.T) {
	whole, err := os.ReadFile(written(t, "../../../testdata/pkt/close_graceful.pkt"))
	if err != nil {
		t.Fatal(err)
	}
	cut := whole[:len(whole)-1] // so that a warning comes between the two
	for _, left := range []int{0, 24, len(whole) / 2} {
		for _, args := range [][]string{{"show"}, {"show", "--format", "jsonl"}, {"extract"}} {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.pcap")
			if err := os.WriteFile(path, cut, 0o600); err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(dir, "out")
			if args[0] == "extract" {
				args = []string{"extract", "-w", out}
			}
			var stdout bytes.Buffer
			stderr := &truncating{path: path, left: left}
			c := Command{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: stderr}
			if code := c.Main(append(args, path)); code != exitInput || !strings.Contains(stderr.String(), "a.pcap: changed meanwhile") {
				t.Errorf("%s, %d octets left: exit code %d, %s", args[0], left, code, stderr)
			}
			if _, err := os.Stat(out); err == nil {
				t.Errorf("%d octets left: there is a new capture", left)
			}
		}
	}
}

// truncating cuts a file when something is written to it.
type truncating struct {
	bytes.Buffer
	path string
	left int
}

func (w *truncating) Write(p []byte) (int, error) {
	if w.Len() == 0 {
		if err := os.Truncate(w.path, int64(w.left)); err != nil {
			return 0, err
		}
	}
	return w.Buffer.Write(p)
}
