package pairs

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"finwait/analyzer/report/prose"
)

// writeMarkdown writes a page for a ticket.
func writeMarkdown(w io.Writer, d *digest) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s and %s\n\n%s\n\n%s. %s.\n", prose.EscapeMarkdown(d.a), prose.EscapeMarkdown(d.b), prose.EscapeMarkdown(strings.Join(d.verdict, " ")), d.total, prose.UpperFirst(d.clock))
	for _, g := range d.grids() {
		title, heads, rows := g.Table()
		prose.MarkdownTable(&b, title, heads, rows)
	}
	for i := range d.found {
		f := &d.found[i]
		if i == 0 {
			b.WriteString("\n### Findings\n\n")
		}
		fmt.Fprintf(&b, "- **%s %s** (%s, %s): ", f.rule, prose.EscapeMarkdown(f.name), f.severity, f.n)
		f.writeMarkdown(&b, "  ")
		for j := range f.other {
			b.WriteString("  - ")
			f.other[j].writeMarkdown(&b, "    ")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// writeMarkdown writes what was found, a line for each: what it is, what to do, where it is.
func (f *findingRow) writeMarkdown(b *bytes.Buffer, indent string) {
	lines := []string{prose.EscapeMarkdown(f.message)}
	if f.advice != "" {
		lines = append(lines, prose.EscapeMarkdown(f.advice))
	}
	if lines = append(lines, f.points); f.next != "" {
		lines = append(lines, prose.MarkdownCode(f.next))
	}
	b.WriteString(strings.Join(lines, "  \n"+indent) + "\n")
}

// grids are the tables of a comparison that have rows.
func (d *digest) grids() (list []*prose.Grid) {
	for _, g := range []*prose.Grid{d.pathGrid(), d.controlGrid(), d.worstGrid()} {
		if len(g.Rows) > 0 {
			list = append(list, g)
		}
	}
	return list
}
