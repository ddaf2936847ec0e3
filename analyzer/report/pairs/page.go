package pairs

import (
	_ "embed"
	"html/template"
	"io"

	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
)

//go:embed page.html
var pageTemplate string

// pageTable is a table of a comparison, as its page shows it.
type pageTable struct {
	Title string
	Heads []string
	Rows  [][]string
}

// writePage writes a comparison as a page that needs nothing from outside.
func writePage(w io.Writer, d *digest) error {
	var tables []pageTable
	for _, g := range d.grids() {
		var t pageTable
		t.Title, t.Heads, t.Rows = g.Table()
		tables = append(tables, t)
	}
	out := page.Page{
		Title: d.a + " and " + d.b, Command: "finwait pair --format html", Body: page.Template(pageTemplate),
		Data: map[string]any{
			"A": d.a, "B": d.b, "Verdict": d.verdict, "Total": d.total, "Clock": prose.UpperFirst(d.clock), "Tables": tables, "Bars": d.bars(), "Found": pageFound(d.found),
		},
	}
	return out.Write(w)
}

// pageFinding is a finding as the page shows it.
type pageFinding struct {
	Severity, Rule, Name, N, Message, Advice, Points, Next string
	Other                                                  []pageFinding
}

func pageFound(list []findingRow) (out []pageFinding) {
	for i := range list {
		f := &list[i]
		out = append(out, pageFinding{f.severity.String(), f.rule, f.name, f.n, f.message, f.advice, f.points, f.next, pageFound(f.other)})
	}
	return out
}

// bars draws what share was lost each way.
func (d *digest) bars() template.HTML {
	most := 0.0
	for _, w := range d.paths {
		most = max(most, w.share)
	}
	if most == 0 {
		return ""
	}
	const words, width, line = 80, 440, 24
	var svg page.SVG
	for i, w := range d.paths {
		y := float64(i * line)
		svg.Text("e", words-8, y+15, w.name)
		long := (width - words - 130) * w.share / most
		svg.Rect("bar", words, y+4, max(long, 1), 14, "")
		lost := w.lost
		if lost == "" {
			lost = "0"
		}
		svg.Text("n", words+long+6, y+15, lost)
	}
	return svg.HTML(page.Frame{Class: "tally", Width: width, Height: float64(len(d.paths)*line + 4), Label: "share of the segments that was lost, each way"})
}
