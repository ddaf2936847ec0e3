package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"finwait/analyzer/driver"
)

// onTerminal runs finwait with standard error on a terminal of so many columns,
// and returns what came there.
func onTerminal(t *testing.T, columns uint16, stdout io.Writer, args ...string) string {
	t.Helper()
	t.Setenv("CI", "")
	t.Setenv("TERM", "xterm")
	after, every := progressAfter, progressEvery
	progressAfter, progressEvery = 0, time.Millisecond
	defer func() { progressAfter, progressEvery = after, every }()
	master, slave, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	seen := make(chan string)
	go func() {
		b, _ := io.ReadAll(master) // it ends with an error when the other end is closed
		seen <- string(b)
	}()
	if stdout == nil {
		stdout = slave
	}
	if code := (Command{Stdout: stdout, Stderr: slave}).Main(args); code != exitOK && code != exitInput {
		t.Errorf("exit code %d", code)
	}
	if err := slave.Close(); err != nil {
		t.Fatal(err)
	}
	return <-seen
}

// slowCapture is a capture that takes so long to be read that its progress is
// seen: many files, one after the other.
func slowCapture(t *testing.T, name string) (files []string) {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/real/go-timeout.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		file := filepath.Join(t.TempDir(), name)
		if i > 0 {
			file = files[0]
		} else if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Skipf("no such file name here: %v", err)
		}
		files = append(files, file)
	}
	return files
}

func TestProgressComesAndGoes(t *testing.T) {
	hostile := "a\x1b[31m\u202eb.pcap"
	files := slowCapture(t, hostile)
	var out bytes.Buffer
	seen, bar := "", regexp.MustCompile(`[0-9]+% .*/s`)
	for range 20 { // on a busy machine a run may be over before it is drawn
		out.Reset()
		if seen = onTerminal(t, 80, &out, append([]string{"--jobs", "1", "--no-config"}, append(files, "missing.pcap")...)...); bar.MatchString(seen) {
			break
		}
	}
	if !bar.MatchString(seen) {
		t.Fatalf("no bar was seen: %q", seen)
	}
	if !strings.Contains(seen, `a\x1b[31m\u202eb`) || strings.Contains(seen, "\x1b[31m") || strings.Contains(seen, "\u202e") {
		t.Errorf("the file's name is not as it should be: %q", seen)
	}
	if !strings.Contains(seen, wipe+"finwait: open missing.pcap") {
		t.Errorf("an error does not stand on a line of its own: %q", seen)
	}
	if at := strings.LastIndex(seen, "%"); !strings.Contains(seen[at:], wipe) {
		t.Errorf("the bar stays: %q", seen[at:])
	}
	if !strings.Contains(out.String(), "301 files") {
		t.Errorf("the report is %s", &out)
	}
}

func TestProgressMakesRoomForResults(t *testing.T) {
	files := slowCapture(t, "x.pcap")
	seen := onTerminal(t, 80, nil, append([]string{"flows", "--format", "jsonl", "--no-config"}, files...)...)
	at := strings.Index(seen, `{"schema"`)
	if at < 0 || strings.Contains(seen[at:], "% ") {
		t.Error("a bar stands among the results")
	}
}

func TestProgressIsNotShown(t *testing.T) {
	files := slowCapture(t, "x.pcap")
	for name, c := range map[string]struct {
		columns uint16
		args    []string
	}{
		"quiet":       {80, []string{"--quiet"}},
		"no-progress": {80, []string{"--no-progress"}},
		"narrow":      {60, nil},
		"stdin":       {80, []string{"-"}},
	} {
		var out bytes.Buffer
		if seen := onTerminal(t, c.columns, &out, append(append([]string{"--no-config"}, c.args...), files...)...); strings.Contains(seen, "%") {
			t.Errorf("%s: a bar was shown: %q", name, seen)
		}
	}
}

func TestProgressAddsUp(t *testing.T) {
	files := slowCapture(t, "x.pcap")[:3]
	total, known := sizes(files)
	if !known || total != 3*30621 {
		t.Errorf("%d octets, known %v", total, known)
	}
	if _, known := sizes(append(files, os.DevNull)); known {
		t.Error("how long a device goes on is not known")
	}
	for _, join := range []bool{false, true} {
		p := &progress{}
		options := driver.Options{Meter: p.of(), Join: join, Problem: func(err error) { t.Error(err) }}
		if _, err := driver.Run(t.Context(), files, options, new(gathered)); err != nil {
			t.Fatal(err)
		}
		if n, file := p.meter.Read(); n != total || file != files[2] {
			t.Errorf("%d of %d octets, %s last", n, total, file)
		}
	}
}
