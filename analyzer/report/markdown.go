package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

type markdown struct {
	summaryOnly
	w io.Writer
}

// Markdown returns a Handler that writes the summary as GitHub-flavoured
// Markdown.
func Markdown(w io.Writer) model.Handler { return &markdown{w: w} }

func (m *markdown) Close(s *model.Summary) error {
	d := newDigest(s)
	var b bytes.Buffer
	b.WriteString("## TCP teardown\n\n")
	if d.many {
		fmt.Fprintf(&b, "%s.\n", prose.UpperFirst(d.total))
		mdFindings(&b, d.findings, d.joined)
		mdFacts(&b, d)
		b.WriteString("\n### Files worth a look\n\n")
		mdFiles(&b, d)
	} else {
		mdFiles(&b, d)
		if d.total != "" {
			if len(d.files) > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s.\n", prose.UpperFirst(d.total))
		}
		mdFacts(&b, d)
		mdFindings(&b, d.findings, d.joined)
	}
	mdTimers(&b, d.timers)
	_, err := m.w.Write(b.Bytes())
	return err
}

// mdFiles names captures.
func mdFiles(b *bytes.Buffer, d *digest) {
	for _, f := range d.files {
		fmt.Fprintf(b, "- **%s**: %s\n", prose.EscapeMarkdown(f.name), f.facts)
		if f.problem != "" {
			f.notes = append([]string{f.problem}, f.notes...)
		}
		for _, note := range f.notes {
			fmt.Fprintf(b, "  - %s\n", prose.EscapeMarkdown(note))
		}
	}
	for _, line := range slices.Concat([]string{d.more, d.noTCP}, d.unread, d.caveats) {
		if line != "" {
			fmt.Fprintf(b, "- %s\n", prose.EscapeMarkdown(line))
		}
	}
}

// mdFacts writes how connections closed, and how long that took.
func mdFacts(b *bytes.Buffer, d *digest) {
	if len(d.closes) > 0 {
		prose.MarkdownTable(b, "How they closed", []string{"close", "connections"}, pairs(d.closes))
	}
	if len(d.closers) > 0 {
		prose.MarkdownTable(b, "First to close", []string{"side", "connections"}, pairs(d.closers))
	}
	if len(d.states) > 0 {
		var rows [][]string
		for _, s := range d.states {
			rows = append(rows, []string{s.side + " " + s.state, s.n, s.p50, s.p90, s.max, s.open})
		}
		prose.MarkdownTable(b, "Time in closing states", []string{"state", "n", "p50", "p90", "max", "still open"}, rows)
	}
	if d.moment != "" {
		words := "At worst "
		if d.opening {
			words = "Opening, at worst "
		}
		b.WriteString("\n" + words + prose.EscapeMarkdown(d.moment))
		if d.table != "" {
			b.WriteString(": " + prose.MarkdownCode(d.table))
		}
		b.WriteString("\n")
	}
	mdBy(b, &d.by)
}

func pairs(list []tallied) [][]string {
	var rows [][]string
	for _, t := range list {
		rows = append(rows, []string{t.words, prose.Number(t.n)})
	}
	return rows
}
