package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"finwait/analyzer/check"
)

// A file's name makes no line of its own: of a log, or of commands to who reads one.
func TestLines(t *testing.T) {
	odd, plain := errors.New("a\n::warning::b: not a capture"), errors.New("c")
	for _, c := range []struct {
		err  error
		want string
	}{
		{plain, "c"},
		{odd, `a\x0a::warning::b: not a capture`},
		{errors.Join(odd, plain), "a\\x0a::warning::b: not a capture\nc"},
		{fmt.Errorf("%w, %w", odd, plain), `a\x0a::warning::b: not a capture, c`},
	} {
		if got := lines(c.err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Nor does it in whatever a command says of it, on either output. What reads logs for
// commands looks past the blanks that a line begins with.
func TestNamesMakeNoLines(t *testing.T) {
	text, err := os.ReadFile("../../../testdata/real/go-timeout.pcap")
	if err != nil {
		t.Fatal(err)
	}
	const forged = "\n::forged::"
	dir := filepath.Join(t.TempDir(), "in"+forged)
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name+forged)
		if err := errors.Join(os.MkdirAll(dir, 0o777), os.WriteFile(path, text, 0o666)); err != nil {
			t.Skip(err) // a system without such names
		}
		return path
	}
	good, bad, none := file("good", text), file("bad", []byte("garbage")), filepath.Join(dir, "none"+forged)
	config, run := file("config", []byte("rules: [}")), file("run", []byte("{}\n"))
	stray := file("stray", nil) + check.Suffix
	if err := errors.Join(os.WriteFile(stray, nil, 0o666), os.Remove(strings.TrimSuffix(stray, check.Suffix))); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{good},
		{bad},
		{none},
		{"--join", good, bad},
		{"flows", good},
		{"show", "--stream", "0", good},
		{"-o", dir, good},
		{"-o", good, good},
		{"--config", config, good},
		{"--config", none, good},
		{"flows", "--where", "teardown_s + 1 > 2 or 1/0 > 0 or flags[9999:9999] == caveats[99]", good},
		{"check", dir},
		{"check", "--github", good, bad, none, stray},
		{"check", "--update", good},
		{"check", "--junit", good, good},
		{"check", "--baseline", none, good},
		{"check", "--baseline", bad, good},
		{"diff", good, bad},
		{"diff", run, none},
		{"diff", "--filter", "tcp", run, run},
		{"--a" + forged, good},
		{"a" + forged},
	} {
		var stdout, stderr bytes.Buffer
		Command{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr}.Main(args)
		for line := range strings.Lines(stdout.String() + stderr.String()) {
			if strings.HasPrefix(strings.TrimSpace(line), "::forged") {
				t.Errorf("%q: a line of its own: %s%s", args, stdout.String(), stderr.String())
				break
			}
		}
	}
}
