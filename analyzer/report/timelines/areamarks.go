package timelines

import (
	"cmp"
	"fmt"
	"slices"

	"finwait/analyzer/report/page"
)

// maxMarked is how many rules one label of marks names.
const maxMarked = 4

// markLabel is what stands above marks that lie close together.
type markLabel struct {
	at       float64
	severity int // of the worst
	rules    []string
}

func (l *markLabel) text() string {
	text := "▼"
	for i, rule := range l.rules {
		if i == maxMarked {
			return text + fmt.Sprintf(" +%d", len(l.rules)-i)
		}
		text += " " + rule
	}
	return text
}

func (l *markLabel) width() float64 { return page.CharWidth*float64(len([]rune(l.text()))) + 12 }

// drawMarks draws when findings showed first. A label names all whose marks it covers.
func (a *Area) drawMarks(d *page.SVG, span, bottom float64) {
	marks := slices.Clone(a.Marks)
	slices.SortStableFunc(marks, func(a, b areaMark) int { return cmp.Compare(a.At, b.At) })
	var labels []markLabel
	for _, m := range marks {
		x := page.BarLeft + (page.BarRight-page.BarLeft)*(m.At-a.Start)/span
		if x < page.BarLeft || x > page.BarRight {
			continue
		}
		d.Line("wait", x, areaTop, x, bottom)
		if n := len(labels); n > 0 && x < labels[n-1].at+labels[n-1].width() {
			l := &labels[n-1]
			l.severity = max(l.severity, m.Severity)
			if !slices.Contains(l.rules, m.Text) {
				l.rules = append(l.rules, m.Text)
			}
			continue
		}
		labels = append(labels, markLabel{x, m.Severity, []string{m.Text}})
	}
	for i := range labels {
		l := &labels[i]
		class, x := "t%d", l.at-4
		if x+l.width() > page.ChartWidth {
			class, x = "e t%d", min(l.at+4, page.BarRight) // its right end is at the mark
		}
		d.Text(fmt.Sprintf(class, l.severity), x, areaTop-6, l.text())
	}
}
