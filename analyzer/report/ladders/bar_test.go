package ladders

import (
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/analyzer/report/page"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// TestWaitsDoNotOverlap wants what the ends wait for to stand side by side.
func TestWaitsDoNotOverlap(t *testing.T) {
	var d page.SVG
	room := extent{100, 700}
	taken := barWait(&d, conn.Client, &model.Stay{State: tcpstate.FinWait1}, room, nil)
	taken = barWait(&d, conn.Server, &model.Stay{State: tcpstate.FinWait2}, room, taken)
	if taken = barWait(&d, conn.Server, &model.Stay{State: tcpstate.FinWait2}, room, taken); len(taken) > 3 {
		t.Fatalf("%v", taken)
	}
	for i, a := range taken {
		for _, b := range taken[:i] {
			if a.from < b.to && b.from < a.to {
				t.Errorf("%v stands on %v", a, b)
			}
		}
		if a.from < room.from || a.to > room.to {
			t.Errorf("%v is not in %v", a, room)
		}
	}
	if len(taken) == 0 || !strings.Contains(string(d.HTML(page.Frame{})), "waits for") {
		t.Error("nothing is said")
	}
}
