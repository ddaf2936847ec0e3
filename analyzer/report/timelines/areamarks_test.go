package timelines

import (
	"fmt"
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
)

// TestEveryMarkIsNamed wants no finding's mark without its name, wherever marks lie.
func TestEveryMarkIsNamed(t *testing.T) {
	for _, close := range []bool{false, true} {
		a := &Area{}
		for i, rule := range []string{"FIN201", "FIN202", "FIN102"} {
			at := float64(9 - 4*i)
			if close {
				at = 9.9
			}
			a.Mark(model.Time(at*1e9), rule, model.Info+model.Severity(i))
		}
		var d page.SVG
		a.drawMarks(&d, 10, 100)
		text := string(d.HTML(page.Frame{}))
		for _, rule := range []string{"FIN201", "FIN202", "FIN102"} {
			if strings.Count(text, rule) != 1 {
				t.Errorf("%s: %s", rule, text)
			}
		}
		if n, want := strings.Count(text, "▼"), map[bool]int{false: 3, true: 1}[close]; n != want {
			t.Errorf("%d labels, want %d: %s", n, want, text)
		}
		if !strings.Contains(text, `t3"`) {
			t.Errorf("no label looks like an error: %s", text)
		}
	}
	var a Area
	for i := range 9 {
		a.Mark(5e9, fmt.Sprintf("FIN%d", 900+i), model.Warning)
	}
	var d page.SVG
	a.drawMarks(&d, 10, 100)
	if text := string(d.HTML(page.Frame{})); !strings.Contains(text, "FIN903 +5") {
		t.Errorf("%s", text)
	}
}
