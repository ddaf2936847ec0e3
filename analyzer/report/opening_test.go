package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// Sockets that are opening do not stand under the title of those that are closing, and a
// stored run does not call the time between its segments that of its observation.
func TestOpeningIsNoClosing(t *testing.T) {
	first, last := model.Time(1e18), model.Time(1e18+25e7)
	stays := &model.StateTimes{Open: 1, AtLeast: 1}
	for _, c := range []struct {
		state          tcpstate.State
		want, markdown string
	}{
		{tcpstate.CloseWait, "\n  at worst 3 sockets in CLOSE-WAIT on 10.0.0.1", "\nAt worst 3 sockets in CLOSE-WAIT"},
		{tcpstate.SynReceived, "\n\nOpening, at worst 3 sockets in SYN-RECEIVED on 10.0.0.1", "\nOpening, at worst 3 sockets in SYN-RECEIVED"},
	} {
		s := &model.Summary{
			Connections: 3,
			Close:       map[conn.Close]int64{},
			WorstMoment: &model.Moment{Host: "10.0.0.1", State: c.state, Sockets: 3},
			Runs:        []model.RunInfo{{File: "r.jsonl", Format: "jsonl", Captures: 1, Connections: 3, First: &first, Last: &last}},
		}
		zero := model.Seconds(0)
		stays.MaxOpen = &zero
		s.States.Server = map[tcpstate.State]*model.StateTimes{tcpstate.CloseWait: stays}
		for _, of := range []struct {
			h    func(*bytes.Buffer) model.Handler
			want string
		}{
			{func(b *bytes.Buffer) model.Handler { return Text(b, prose.Style{}) }, c.want},
			{func(b *bytes.Buffer) model.Handler { return Markdown(b) }, c.markdown},
		} {
			var b bytes.Buffer
			if err := of.h(&b).Close(s); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), of.want) {
				t.Errorf("%q is missing:\n%s", of.want, &b)
			}
			if !strings.Contains(b.String(), "250 ms from the first segment to the last") {
				t.Errorf("what the time is of is missing:\n%s", &b)
			}
		}
	}
}

// A timer that is only known to lie between bounds has no spread beside them.
func TestBoundedTimerHasNoSpread(t *testing.T) {
	low, high := model.Seconds(2*time.Second), model.Seconds(4*time.Second)
	for _, c := range []struct {
		timer         model.Timer
		value, spread string
	}{
		{model.Timer{High: &high, Spread: low}, "≤ 4.00 s", ""},
		{model.Timer{Low: &low, High: &high, Spread: low}, "2.00 s to 4.00 s", ""},
		{model.Timer{Value: &high, Spread: low}, "4.00 s", "±2.00 s"},
	} {
		if cells := timerCells(&c.timer); cells[2] != c.value || cells[3] != c.spread {
			t.Errorf("%q, want %q and %q", cells, c.value, c.spread)
		}
	}
}
