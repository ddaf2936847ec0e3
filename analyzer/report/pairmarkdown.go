package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"finwait/analyzer/report/prose"
)

// pairMarkdown writes a page for a ticket.
func pairMarkdown(w io.Writer, d *pairDigest) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s and %s\n\n%s\n\n%s. %s.\n", mdEscape(d.a), mdEscape(d.b), mdEscape(strings.Join(d.verdict, " ")), d.total, prose.UpperFirst(d.clock))
	for _, g := range d.grids() {
		title, heads, rows := g.table()
		mdTable(&b, title, heads, rows)
	}
	for i := range d.found {
		f := &d.found[i]
		if i == 0 {
			b.WriteString("\n### Findings\n\n")
		}
		fmt.Fprintf(&b, "- **%s %s** (%s, %s): %s %s\n  %s  \n  %s\n", f.rule, mdEscape(f.name), f.severity, f.n, mdEscape(f.message), mdEscape(f.advice), f.points, mdCode(f.next))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// grids are the tables of a comparison that have rows.
func (d *pairDigest) grids() (list []*grid) {
	for _, g := range []*grid{d.pathGrid(), d.controlGrid(), d.worstGrid()} {
		if len(g.rows) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// table returns the columns of a grid that are not empty, and the head of the first as a
// title.
func (g *grid) table() (title string, heads []string, rows [][]string) {
	kept := g.kept()
	pick := func(cells []string) (out []string) {
		for _, i := range kept {
			out = append(out, cells[i])
		}
		return out
	}
	for _, row := range g.rows {
		rows = append(rows, pick(row))
	}
	heads = pick(g.heads)
	title, heads[0] = heads[0], ""
	return title, heads, rows
}
