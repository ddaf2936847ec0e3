package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A capture that is another when it is read for the second time is told of: what comes
// out is not what was asked for.
func TestCaptureChangesMeanwhile(t *testing.T) {
	whole, err := os.ReadFile(written(t, "../../../testdata/pkt/close_graceful.pkt"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(written(t, "../../../testdata/pkt/caveat_clock_step.pkt"))
	if err != nil {
		t.Fatal(err)
	}
	other[24]++                 // it begins a second or more later
	cut := whole[:len(whole)-1] // so that a warning comes between the two
	truncate := func(left int) func(string) error {
		return func(path string) error { return os.Truncate(path, int64(left)) }
	}
	replace := func(by []byte) func(string) error {
		return func(path string) error {
			if err := os.WriteFile(path+".new", by, 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}
	}
	for name, change := range map[string]func(string) error{
		"emptied":                  truncate(0),
		"without packets":          truncate(24),
		"cut in half":              truncate(len(whole) / 2),
		"replaced by a shorter":    replace(whole[:len(whole)/2]),
		"replaced by another":      replace(other),
		"replaced by a longer":     replace(append(bytes.Clone(other), bytes.Repeat(other[24:], 9)...)),
		"replaced by what is none": replace([]byte("no capture, but long enough to be one")),
		"gone":                     os.Remove,
	} {
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
			stderr := &changing{change: func() error { return change(path) }}
			c := Command{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: stderr}
			if code := c.Main(append(args, path)); code != exitInput || !strings.Contains(stderr.String(), "a.pcap: changed meanwhile") {
				t.Errorf("%s, %s: exit code %d, %s", args[0], name, code, stderr)
			}
			if _, err := os.Stat(out); err == nil {
				t.Errorf("%s: there is a new capture", name)
			}
		}
	}
}

// A capture whose clock was set back before its first packet's time is the same one when only
// its beginning is read again.
func TestClockSetBackIsNoChange(t *testing.T) {
	var script strings.Builder
	script.WriteString("A 192.0.2.1:40000\nB 198.51.100.7:443\nC 192.0.2.2:40000\nD 198.51.100.7:444\n40.000 A SYN to B\n40.001 B RST,ACK to A\n")
	for i := range 2000 {
		fmt.Fprintf(&script, "%d.%03d C SYN to D\n", 41+i/1000, i%1000)
	}
	script.WriteString("1.000 D RST,ACK to C\n")
	path := filepath.Join(t.TempDir(), "a.pkt")
	if err := os.WriteFile(path, []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, exitOK, "show", "--no-config", "--stream", "0", written(t, path))
}

// What is added to a capture while it is read is read or is not; what was there is.
func TestCaptureGrowsMeanwhile(t *testing.T) {
	whole, err := os.ReadFile(written(t, "../../../testdata/pkt/close_graceful.pkt"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.pcap")
	for _, args := range [][]string{{"show", "--stream", "0"}, {"extract", "-w", path + ".out"}} {
		if err := os.WriteFile(path, whole[:len(whole)-1], 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		stderr := &changing{change: func() error { return os.WriteFile(path, append(bytes.Clone(whole), whole[24:]...), 0o600) }}
		c := Command{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: stderr}
		if code := c.Main(append(args, path)); code != exitOK {
			t.Errorf("%s: exit code %d, %s", args[0], code, stderr)
		}
	}
	packets := len(times(t, path+".out"))
	if want := len(times(t, path))/2 - 1; packets != want {
		t.Errorf("%d packets extracted, of a connection that had %d when it was looked for", packets, want)
	}
}

// changing does something when something is written to it for the first time: then
// a warning about the first reading is told, and the second has not begun.
type changing struct {
	bytes.Buffer
	change func() error
}

func (w *changing) Write(p []byte) (int, error) {
	if w.Len() == 0 {
		if err := w.change(); err != nil {
			return 0, err
		}
	}
	return w.Buffer.Write(p)
}
