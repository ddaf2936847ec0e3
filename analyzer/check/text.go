package check

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"finwait/analyzer/report/prose"
)

// Tally counts results.
type Tally struct{ Captures, Failed, Problems, Ignored, Known int }

// Add counts one result.
func (t *Tally) Add(r *Result) {
	if !r.Agreement {
		t.Captures++
	}
	t.Problems += len(r.Problems)
	if r.Failed() {
		t.Failed++
	}
	for i := range r.Findings {
		switch f := &r.Findings[i]; {
		case f.Ignored != "":
			t.Ignored++
		case f.Known:
			t.Known++
		}
	}
	for i := range r.OfFile {
		switch f := &r.OfFile[i]; {
		case f.Ignored != "":
			t.Ignored++
		case f.Known:
			t.Known++
		}
	}
}

// String says how a whole check went.
func (t *Tally) String() string {
	text := count(t.Captures, "capture") + " checked: "
	if t.Failed == 0 {
		text += "all is as agreed"
	} else {
		text += fmt.Sprintf("%d failed, %s", t.Failed, count(t.Problems, "problem"))
	}
	if t.Ignored > 0 {
		text += fmt.Sprintf("; %s ignored", count(t.Ignored, "finding"))
	}
	if t.Known > 0 {
		text += fmt.Sprintf("; %s of the baseline", count(t.Known, "finding"))
	}
	return text
}

// WriteText tells the problems of a result; nothing where there are none.
func WriteText(w io.Writer, r *Result) error {
	if !r.Failed() {
		return nil
	}
	var b strings.Builder
	b.WriteString("FAIL " + prose.Safe(r.Path) + "\n")
	for i := range r.Problems {
		p := &r.Problems[i]
		b.WriteString("  " + prose.Safe(p.Title) + "\n")
		b.WriteString(indent(p.detail(), "    "))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, NoCommands(b.String()))
	return err
}

// ciCommand is what CI systems take for a command to them wherever a log holds it:
// GitHub at the beginning of a line, GitHub's old form, Azure Pipelines and TeamCity
// anywhere.
var ciCommand = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^(\s*)::|##(\w*)\[`) })

// NoCommands makes text mean nothing to the CI system that shows it: a name or a message
// may be a stranger's.
func NoCommands(text string) string {
	if !strings.Contains(text, "::") && !strings.Contains(text, "##") {
		return text
	}
	return ciCommand().ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "##") {
			return `#\#` + found[2:]
		}
		return strings.TrimSuffix(found, "::") + `\::`
	})
}

// detail returns all but the title, line by line.
func (p *Problem) detail() string {
	var b strings.Builder
	for _, line := range p.Lines {
		b.WriteString(safeLines(line))
	}
	if p.Cut {
		b.WriteString("the capture is cut short: what the connections did after that is not known\n")
	}
	if p.Diff != "" {
		const most = 200 // lines
		n := 0
		b.WriteString("\n")
		for line := range strings.Lines(p.Diff) {
			if n++; n <= most && !strings.HasPrefix(line, "diff ") {
				b.WriteString(safeLines(line))
			}
		}
		if n > most {
			fmt.Fprintf(&b, "… and %s more\n", count(n-most, "line"))
		}
		b.WriteString("\n")
	}
	if p.Mend != "" {
		b.WriteString(prose.Safe(upperFirst(p.Mend)) + "\n")
	}
	return b.String()
}

// safeLines makes text safe for a terminal, and ends it with a line end.
func safeLines(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		b.WriteString(prose.Safe(line) + "\n")
	}
	return b.String()
}

func indent(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(by)
		}
		b.WriteString(line)
	}
	return b.String()
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// WriteGitHub writes the problems of a result as the commands from which GitHub
// Actions makes annotations. Each is one short line: all of it is in the log.
func WriteGitHub(w io.Writer, r *Result) error {
	for i := range r.Problems {
		p := &r.Problems[i]
		line := ""
		if p.Line > 0 {
			line = fmt.Sprintf(",line=%d", p.Line)
		}
		first, more := p.firstLine()
		if _, err := fmt.Fprintf(w, "::error file=%s%s,title=%s::%s\n", property(r.Path), line, property("finwait: "+short(p.Title)), data(prose.Safe(short(first)+more))); err != nil {
			return err
		}
	}
	return nil
}

// short cuts a line where it becomes too long for an annotation.
func short(text string) string { return cut(text, 200) }

func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// data escapes the text of a workflow command, property that of its properties.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(prose.Safe(s)))
}
