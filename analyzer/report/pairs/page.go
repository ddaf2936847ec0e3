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
			"A": d.a, "B": d.b, "Verdict": d.verdict, "Total": d.total, "Clock": prose.UpperFirst(d.clock), "Tables": tables, "Bars": d.bars(), "Found": d.pageFound(),
		},
	}
	return out.Write(w)
}

// pageFound are findings as the page shows them.
func (d *digest) pageFound() (list []map[string]string) {
	for i := range d.found {
		f := &d.found[i]
		list = append(list, map[string]string{
			"Severity": f.severity.String(), "Rule": f.rule, "Name": f.name, "N": f.n, "Message": f.message, "Advice": f.advice, "Points": f.points, "Next": f.next,
		})
	}
	return list
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
