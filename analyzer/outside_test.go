package analyzer_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// outside is a program in a module of its own.
const outside = `package main

import (
	"context"
	"fmt"
	"os"

	"finwait/analyzer"
)

type counter struct{ closes map[string]int }

func (c *counter) Record(r *analyzer.Record) error {
	c.closes[r.Close.String()]++
	return nil
}
func (c *counter) File(f *analyzer.FileInfo) error { return nil }
func (c *counter) Close(s *analyzer.Summary) error { return nil }

func main() {
	c := &counter{closes: map[string]int{}}
	summary, err := analyzer.Run(context.Background(), os.Args[1:], analyzer.Options{}, c)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(summary.Connections, c.closes)
}
`

// A program outside of the module builds against the door, and needs no library that
// only the command does.
func TestOutside(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command here")
	}
	top, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own, err := os.ReadFile(filepath.Join(top, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(top, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	mod := strings.Replace(string(own), "module finwait\n", "module outside\n", 1)
	write("go.mod", mod+"\nrequire finwait v0.0.0\n\nreplace finwait => "+top+"\n")
	write("go.sum", string(sums))
	write("main.go", outside)
	run := func(args ...string) string {
		cmd := exec.Command(tool, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -trimpath", "GOPROXY=off", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	capture := filepath.Join(top, "testdata", "real", "delayed-close.pcap")
	if got := run("run", ".", capture); got != "3 map[graceful:3]\n" {
		t.Errorf("it prints %q", got)
	}
	for dep := range strings.FieldsSeq(run("list", "-deps", ".")) {
		for _, heavy := range []string{"github.com/expr-lang/", "github.com/spf13/", "finwait/analyzer/report", "finwait/cmd/"} {
			if strings.HasPrefix(dep, heavy) {
				t.Errorf("the door brings %s along", dep)
			}
		}
	}
}
