package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"finwait/cmd/internal/cli"
)

// example is a command of the documentation, and what it is said to print.
type example struct {
	command string
	output  []string
}

var shown = regexp.MustCompile(`^\$ (finwait|go run \./cmd/finwait)( .*)?$`)

// examples returns the commands in blocks of code. A command's output runs to the
// next "$ " or to the end of its block.
func examples(blocks [][]string) []example {
	var out []example
	for _, block := range blocks {
		inside := false
		for _, line := range block {
			switch {
			case strings.HasPrefix(line, "$ "):
				m := shown.FindStringSubmatch(line)
				if inside = m != nil; inside {
					out = append(out, example{command: strings.TrimSpace(m[2])})
				}
			case inside:
				e := &out[len(out)-1]
				e.output = append(e.output, line)
			}
		}
	}
	return out
}

// fenced returns the code blocks of Markdown.
func fenced(text string) (blocks [][]string) {
	open := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "```") {
			if open = !open; open {
				blocks = append(blocks, nil)
			}
			continue
		}
		if open {
			last := &blocks[len(blocks)-1]
			*last = append(*last, line)
		}
	}
	return blocks
}

// indented returns the code blocks of a doc comment.
func indented(text string) (blocks [][]string) {
	open := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		code, ok := strings.CutPrefix(line, "\t")
		switch {
		case ok && !open:
			blocks, open = append(blocks, []string{code}), true
		case ok || open && line == "":
			last := &blocks[len(blocks)-1]
			*last = append(*last, code)
		default:
			open = false
		}
	}
	return blocks
}

func TestReadmeExamples(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	list := examples(fenced(string(text)))
	if len(list) == 0 {
		t.Error("README.md shows no run of finwait")
	}
	runExamples(t, list)
}

func TestManualExamples(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	if f.Doc == nil {
		t.Fatal("doc.go has no package comment")
	}
	runExamples(t, examples(indented(commentText(f.Doc))))
}

// commentText is the text of a comment with its indentation, which Text may change.
func commentText(g *ast.CommentGroup) string {
	var b strings.Builder
	for _, c := range g.List {
		line := strings.TrimPrefix(c.Text, "//")
		b.WriteString(strings.TrimPrefix(line, " ") + "\n")
	}
	return b.String()
}

// runExamples runs every example in a directory where testdata is found, and the
// recorded captures by their bare names too.
func runExamples(t *testing.T, list []example) {
	t.Helper()
	dir := t.TempDir()
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	link(filepath.Join(top, "testdata"), "testdata")
	captures, err := filepath.Glob(filepath.Join(top, "testdata", "real", "*.pcap*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range captures {
		link(c, filepath.Base(c))
	}
	t.Chdir(dir)
	for _, e := range list {
		t.Run(e.command, func(t *testing.T) {
			got := run(t, e.command)
			if !matches(e.output, strings.Split(got, "\n")) {
				t.Errorf("it prints\n%s\nbut is said to print\n%s", got, strings.Join(e.output, "\n"))
			}
		})
	}
}

// run returns what a terminal would show of the command. It may end with "; echo $?".
func run(t *testing.T, command string) string {
	t.Helper()
	line, echo := strings.CutSuffix(command, "; echo $?")
	args, err := words(line)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code := cli.Command{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out}.Main(args)
	if echo {
		fmt.Fprintln(&out, code)
	}
	return out.String()
}

// words splits a command as a shell does, with single and double quotes.
func words(s string) (list []string, err error) {
	var word strings.Builder
	quote, any := rune(0), false
	for _, c := range s + " " {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, any = c, true
		case c == ' ':
			if any || word.Len() > 0 {
				list = append(list, word.String())
			}
			word.Reset()
			any = false
		case strings.ContainsRune("|<>;&$`", c):
			return nil, fmt.Errorf("%q: only plain commands can be run here, and ; echo $?", s)
		default:
			word.WriteRune(c)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("%q: a quote does not end", s)
	}
	return list, nil
}

// matches compares output with what is documented. A line "…" stands for any number
// of lines, and … within a line for any text. Blank lines at the end do not count.
func matches(want, got []string) bool {
	want, got = trimBlank(want), trimBlank(got)
	if len(want) == 0 {
		return len(got) == 0
	}
	if strings.TrimSpace(want[0]) == "…" {
		for i := range len(got) + 1 {
			if matches(want[1:], got[i:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && matchLine(want[0], got[0]) && matches(want[1:], got[1:])
}

func matchLine(want, got string) bool {
	parts := strings.Split(strings.TrimRight(want, " "), "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(strings.TrimRight(got, " "))
}

func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		want, got string
		ok        bool
	}{
		{"a\nb", "a\nb\n", true},
		{"a\n…\nd", "a\nb\nc\nd", true},
		{"a\n…", "a", true},
		{"took … s", "took 3.5 s", true},
		{"a", "b", false},
		{"a", "a\nb", false},
	} {
		if got := matches(strings.Split(c.want, "\n"), strings.Split(c.got, "\n")); got != c.ok {
			t.Errorf("matches(%q, %q) = %v", c.want, c.got, got)
		}
	}
}
