package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

const (
	maxBar   = 24 // columns
	maxFiles = 20 // captures that the text names; the rest is counted
)

type textReport struct {
	summaryOnly
	w     io.Writer
	style prose.Style
}

// Text returns a Handler that writes the summary for people.
func Text(w io.Writer, s prose.Style) model.Handler { return &textReport{w: w, style: s} }

func (t *textReport) Close(s *model.Summary) error {
	d := newDigest(s)
	var b bytes.Buffer
	if d.many {
		t.batch(&b, d)
		_, err := t.w.Write(b.Bytes())
		return err
	}
	t.head(&b, d)
	t.closes(&b, d)
	t.states(&b, d)
	t.moment(&b, d)
	t.by(&b, d)
	t.findings(&b, d)
	t.timers(&b, d)
	_, err := t.w.Write(b.Bytes())
	return err
}

func (t *textReport) head(b *bytes.Buffer, d *digest) {
	t.fileLines(b, d)
	t.caveats(b, d)
	if d.noTCP != "" {
		fmt.Fprintf(b, "%s\n", d.noTCP)
	}
	if d.total != "" {
		fmt.Fprintf(b, "%s\n", t.style.Bold(d.total))
	}
}

// fileLines writes a line for each capture that is told of, and what is noteworthy.
func (t *textReport) fileLines(b *bytes.Buffer, d *digest) {
	width := 0
	for _, f := range d.files {
		width = max(width, prose.Width(f.name))
	}
	for _, f := range d.files {
		fmt.Fprintf(b, "%s   %s\n", t.style.Bold(prose.Pad(f.name, min(width, 60))), f.facts)
		if f.problem != "" && !t.style.Warned {
			f.notes = append([]string{f.problem}, f.notes...)
		}
		for _, note := range f.notes {
			fmt.Fprintf(b, "  %s %s\n", t.style.Yellow("!"), note)
		}
	}
	if d.more != "" {
		fmt.Fprintf(b, "%s\n", d.more)
	}
}

// caveats says what is not known.
func (t *textReport) caveats(b *bytes.Buffer, d *digest) {
	for _, text := range d.caveats {
		for i, line := range prose.Wrap(text, t.style.Columns()-4) {
			mark := " "
			if i == 0 {
				mark = t.style.Yellow("!")
			}
			fmt.Fprintf(b, "  %s %s\n", mark, line)
		}
	}
}

// closes says how the connections closed, and in a line of its own who closed first:
// side by side the two would share rows, as if each row's numbers were of one thing.
func (t *textReport) closes(b *bytes.Buffer, d *digest) {
	if len(d.closes) == 0 {
		return
	}
	words, digits := 0, 0
	for _, c := range d.closes {
		words, digits = max(words, prose.Width(c.words)), max(digits, len(prose.Number(c.n)))
	}
	fmt.Fprintf(b, "\n%s\n", t.style.Bold("How they closed"))
	for _, c := range d.closes {
		fmt.Fprintf(b, "  %s  %*s  %s\n", prose.Pad(c.words, words), digits, prose.Number(c.n), bar(c.n, d.closes[0].n))
	}
	if len(d.closers) > 0 {
		fmt.Fprintf(b, "  first to close: %s\n", strings.Join(closerWords(d.closers), ", "))
	}
}

// closerWords words who closed first, and how often.
func closerWords(closers []tallied) (words []string) {
	for _, c := range closers {
		words = append(words, c.words+" "+prose.Number(c.n))
	}
	return words
}

func (t *textReport) states(b *bytes.Buffer, d *digest) {
	if len(d.states) == 0 {
		return
	}
	g := prose.Grid{Indent: "  ", Left: 1}
	g.Head("Time in closing states", "n", "p50", "p90", "max", "still open")
	for _, s := range d.states {
		g.Row(s.side+" "+s.state, s.n, s.p50, s.p90, s.max, s.open)
	}
	b.WriteByte('\n')
	g.Write(b, t.style)
}

// moment tells of the worst one, below the states.
func (t *textReport) moment(b *bytes.Buffer, d *digest) {
	if d.moment == "" {
		return
	}
	line := "  at worst " + d.moment
	if d.opening { // it has no place below closing states
		line = "Opening, at worst " + d.moment
	}
	if d.opening || len(d.states) == 0 {
		b.WriteByte('\n')
	}
	if command := "→  " + d.table; d.table != "" {
		if prose.Width(line)+2+prose.Width(command) > t.style.Columns() {
			line += "\n   "
		}
		line += "  " + command
	}
	b.WriteString(line + "\n")
}

// bar draws n against the most. Whatever occurred has at least one block.
func bar(n, most int64) string {
	if most > maxBar {
		n = max((n*maxBar+most/2)/most, 1)
	}
	return strings.Repeat("█", int(n))
}
