package diff

import (
	_ "embed"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"

	"finwait/analyzer/report"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

//go:embed diff.html
var pageTemplate string

// pageTable is a part of a Diff as the page shows it: its table, and beside it the
// counts of before and after as bars.
type pageTable struct {
	Title string
	Heads []string
	Rows  []pageRow
	Bars  template.HTML
}

type pageRow struct {
	Name   string
	Cells  []string
	Differ bool
}

func writePage(w io.Writer, d *Diff) error {
	var tables []pageTable
	for _, t := range d.tables() {
		if len(t.rows) == 0 {
			continue
		}
		one := pageTable{Title: t.title, Heads: t.heads}
		for _, r := range t.rows {
			one.Rows = append(one.Rows, pageRow{prose.Safe(r.name), r.cells, r.differs})
		}
		if len(t.heads) == 3 { // old, new, change
			one.Bars = bars(t.rows)
		}
		tables = append(tables, one)
	}
	out := page.Page{
		Title: prose.Safe(d.Old) + " and " + prose.Safe(d.New), Command: "finwait diff --format html", Body: page.Template(pageTemplate),
		Data: map[string]any{
			"Old": prose.Safe(d.Old), "New": prose.Safe(d.New), "Verdict": d.verdict(), "Differs": d.Differs, "Tables": tables, "Spreads": d.spreads(),
		},
	}
	return out.Write(w)
}

// bars draws counts of before, pale, above those of after.
func bars(rows []row) template.HTML {
	const words, width, line = 150, 440, 30
	var d page.SVG
	most := int64(1)
	counts := make([][2]int64, len(rows))
	for i, r := range rows {
		for k := range counts[i] {
			counts[i][k], _ = strconv.ParseInt(r.cells[k], 10, 64) // they were made of integers
			most = max(most, counts[i][k])
		}
	}
	for i, r := range rows {
		y := float64(i * line)
		d.Text("e", words-8, y+18, prose.Safe(r.name))
		for k, class := range [...]string{"bar em", "bar"} {
			long := (width - words - 60) * float64(counts[i][k]) / float64(most)
			d.Rect(class, words, y+4+float64(k)*11, max(long, 1), 10, "")
			d.Text("n", words+long+6, y+13+float64(k)*11, r.cells[k])
		}
	}
	return d.HTML(page.Frame{Class: "tally", Width: width, Height: float64(len(rows)*line + 4), Label: "before, pale, and after"})
}

// spreads draws how long closing states lasted, before and after.
func (d *Diff) spreads() template.HTML {
	var list []report.Spread
	for _, side := range []struct {
		of     conn.Role
		states map[tcpstate.State]*Change
	}{{conn.Client, d.States.Client}, {conn.Server, d.States.Server}} {
		for _, state := range slices.Sorted(maps.Keys(side.states)) {
			if !prose.IsClosing(state) {
				continue
			}
			c := side.states[state]
			if c.Old != nil {
				list = append(list, report.Spread{Whose: "old " + side.of.String(), State: state, Times: c.Old})
			}
			if c.New != nil {
				list = append(list, report.Spread{Whose: "new " + side.of.String(), State: state, Times: c.New})
			}
		}
	}
	return report.DrawSpreads(list)
}
