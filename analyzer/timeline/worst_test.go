package timeline

import (
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// Of equally many sockets those that are closing are the worst, and of these the ones that
// stayed longest, wherever they stand among the series.
func TestWorstOfEqual(t *testing.T) {
	series := func(state tcpstate.State, n int64, stayed int) Series {
		return Series{Host: "10.0.0.1", Side: "server", State: state, Changes: []Change{
			{At: 1, Counts: Counts{Sockets: n}}, {At: 1 + stayed, Counts: Counts{Sockets: -n}},
		}}
	}
	brief, long := series(tcpstate.FinWait1, 5, 2), series(tcpstate.CloseWait, 5, 40)
	opening, fewer := series(tcpstate.SynReceived, 5, 90), series(tcpstate.LastAck, 4, 99)
	more := series(tcpstate.SynReceived, 6, 1)
	for _, c := range []struct {
		list []Series
		want tcpstate.State
	}{
		{[]Series{brief, long}, tcpstate.CloseWait},
		{[]Series{long, brief}, tcpstate.CloseWait},
		{[]Series{opening, brief}, tcpstate.FinWait1},
		{[]Series{brief, opening}, tcpstate.FinWait1},
		{[]Series{fewer, brief}, tcpstate.FinWait1},
		{[]Series{brief, long, more}, tcpstate.SynReceived},
	} {
		chart := func(w *Worst, list ...Series) {
			w.chart(&Chart{Step: time.Second, Start: model.Time(1e18), Series: list})
		}
		var one, each, merged Worst // one chart, one each, and one each that others counted
		chart(&one, c.list...)
		for _, s := range c.list {
			var part Worst
			chart(&part, s)
			chart(&each, s)
			merged.Merge(part)
		}
		for _, w := range []Worst{one, each, merged} {
			if w.Moment == nil || w.Moment.State != c.want {
				t.Errorf("%v: %+v, want %v", c.list, w.Moment, c.want)
			}
		}
	}
}

// Of moments that are as bad as each other the first stays, and one counts more than none.
func TestWorstFirstOfEqual(t *testing.T) {
	part := func(file string) Worst {
		return Worst{&model.Moment{File: file, State: tcpstate.CloseWait, Sockets: 3}, 12.5}
	}
	var w Worst
	for _, next := range []Worst{{}, part("a"), {}, part("b")} {
		w.Merge(next)
	}
	if w.Moment == nil || w.Moment.File != "a" {
		t.Errorf("%+v, want that of a", w.Moment)
	}
}
