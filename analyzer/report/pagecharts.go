package report

import (
	"fmt"
	"html/template"
	"math"

	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/tcpstate"
)

// drawTallies draws counts as bars, the words to the left and the numbers to the right.
func drawTallies(list []tallied, width float64, label string) template.HTML {
	const words, line, thick = 110, 24, 14
	var d page.SVG
	most := int64(1)
	for _, t := range list {
		most = max(most, t.n)
	}
	for i, t := range list {
		y := float64(i * line)
		long := max((width-words-70)*float64(t.n)/float64(most), 1.5)
		d.Text("e", words-8, y+15, t.words)
		d.Rect("bar", words, y+4, long, thick, "")
		d.Text("n b", words+long+6, y+15, prose.Number(t.n))
	}
	return d.HTML(page.Frame{Class: "tally", Width: width, Height: float64(len(list)*line + 4), Label: label})
}

// Spread is how long stays in a state were, to be drawn beside others.
type Spread struct {
	Whose string // "old client"
	State tcpstate.State
	Times *model.StateTimes
}

// DrawSpreads draws how long stays were, on one logarithmic axis.
func DrawSpreads(list []Spread) template.HTML {
	var rows []stateRow
	for _, s := range list {
		rows = append(rows, newStateRow(s.Whose, s.State, s.Times))
	}
	return drawSpreads(rows)
}

// Where distributions have their parts, in pixels.
const (
	spreadWidth  = 900
	spreadLeft   = 150
	spreadRight  = 520
	spreadLine   = 40
	spreadThick  = 28
	spreadBottom = 26
)

// spreadColumns are where the numbers beside a distribution end.
var spreadColumns = []struct {
	title string
	right float64
	of    func(*stateRow) string
}{
	{"n", 586, func(s *stateRow) string { return s.n }},
	{"p50", 656, func(s *stateRow) string { return s.p50 }},
	{"p90", 726, func(s *stateRow) string { return s.p90 }},
	{"max", 800, func(s *stateRow) string { return s.max }},
	{"still open", 898, func(s *stateRow) string { return s.open }},
}

// drawSpreads draws how long the stays in closing states were, on one logarithmic
// axis.
func drawSpreads(rows []stateRow) template.HTML {
	if len(rows) == 0 {
		return ""
	}
	low, high := spreadRange(rows)
	at := func(ns float64) float64 {
		x := (math.Log10(max(ns, 1)) - float64(low)) / float64(high-low)
		return spreadLeft + (spreadRight-spreadLeft)*min(max(x, 0), 1)
	}
	var d page.SVG
	for _, c := range spreadColumns {
		d.Text("e m", c.right, 12, c.title)
	}
	bottom := 18 + float64(len(rows)*spreadLine)
	for n := low; n <= high; n++ {
		x := at(math.Pow10(n))
		d.Line("grid", x, 18, x, bottom+4)
		if (high-low) <= 6 || (n-low)%2 == 0 {
			d.Text("c n m", x, bottom+18, decadeWords(n))
		}
	}
	for i := range rows {
		drawSpread(&d, &rows[i], 18+float64(i*spreadLine), at)
	}
	return d.HTML(page.Frame{Class: "chart ladder", Width: spreadWidth, Height: bottom + spreadBottom, Label: "how long closing states lasted, on a logarithmic axis"})
}

// decadeWords words 10^n ns.
func decadeWords(n int) string {
	units := [...]string{"ns", "µs", "ms", "s", "000 s", "000,000 s"}
	return fmt.Sprintf("%d%s%s", int(math.Pow10(n%3)), map[bool]string{true: " "}[n < 12], units[min(n/3, len(units)-1)])
}

// spreadRange returns between which powers of ten, in ns, all stays lie.
func spreadRange(rows []stateRow) (low, high int) {
	least, most := math.Inf(1), 1.0
	take := func(v float64) { least, most = min(least, max(v, 1)), max(most, v) }
	for i := range rows {
		t := rows[i].times
		for _, bin := range t.Bins {
			take(math.Pow(10, float64(bin.From)/model.PerDecade))
			take(math.Pow(10, float64(bin.From+1)/model.PerDecade))
		}
		for _, v := range []*model.Seconds{t.MaxOpen, t.MaxAtMost, t.MaxAtLeast} {
			if v != nil {
				take(float64(*v))
			}
		}
	}
	return page.Decades(min(least, most), most*1.0001)
}

// drawSpread draws one line.
func drawSpread(d *page.SVG, s *stateRow, y float64, at func(float64) float64) {
	base := y + spreadThick + 6
	d.Text("e", spreadLeft-10, base-4, s.side+" "+s.state)
	d.Line("axis", spreadLeft, base, spreadRight, base)
	bins := s.times.Bins
	most := int64(1)
	for _, bin := range bins {
		most = max(most, bin.N)
	}
	for _, bin := range bins {
		from := math.Pow(10, float64(bin.From)/model.PerDecade)
		to := math.Pow(10, float64(bin.From+1)/model.PerDecade)
		high := max(spreadThick*float64(bin.N)/float64(most), 1.5)
		title := fmt.Sprintf("%s from %s to %s", prose.Number(bin.N), model.Seconds(from).Words(), model.Seconds(to).Words())
		d.Rect(page.StateClass(s.of), at(from)+0.5, base-high, max(at(to)-at(from)-1, 1.5), high, title)
	}
	for _, bound := range []struct {
		v    *model.Seconds
		sign string
		up   float64
		text string
	}{
		{s.times.MaxOpen, "▷", 3, "the longest that was still open: > "},
		{s.times.MaxAtLeast, "▷", 23, "the longest that had begun before: > "},
		{s.times.MaxAtMost, "◁", 13, "the longest of which only an upper bound is known: ≤ "},
	} {
		if bound.v != nil {
			d.Open()
			d.Title(bound.text + bound.v.Words())
			d.Text("c", at(float64(*bound.v)), base-bound.up, bound.sign)
			d.Close()
		}
	}
	for _, c := range spreadColumns {
		d.Text("e n", c.right, base-4, c.of(s))
	}
}

// timerRow is a timer as a page shows it.
type timerRow struct {
	Cells []string
	Dots  template.HTML
}

// newTimerRow draws the samples of a timer between the shortest and the longest.
func newTimerRow(t *model.Timer) timerRow {
	row := timerRow{Cells: timerCells(t)}
	if len(t.Dots) == 0 {
		return row
	}
	const width, left, right, y = 220, 52, 168, 12
	low, high := t.Dots[0], t.Dots[len(t.Dots)-1]
	var d page.SVG
	d.Line("axis", left, y, right, y)
	for _, v := range t.Dots {
		x := float64(left+right) / 2
		if high > low {
			x = left + (right-left)*float64(v-low)/float64(high-low)
		}
		d.Dot("bar em", x, y, 3.5, v.Words())
	}
	d.Text("e n m", left-8, y+4, low.Words())
	d.Text("n m", right+8, y+4, high.Words())
	row.Dots = d.HTML(page.Frame{Class: "dots", Width: width, Height: 24, Label: "samples from " + low.Words() + " to " + high.Words()})
	return row
}
