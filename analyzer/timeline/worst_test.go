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
		for _, split := range []bool{false, true} { // one chart, or one each
			w := new(worst)
			list := c.list
			for split && len(list) > 1 {
				w.chart(&Chart{Step: time.Second, Start: model.Time(1e18), Series: list[:1]})
				list = list[1:]
			}
			w.chart(&Chart{Step: time.Second, Start: model.Time(1e18), Series: list})
			if w.moment == nil || w.moment.State != c.want {
				t.Errorf("%v (split %v): %+v, want %v", c.list, split, w.moment, c.want)
			}
		}
	}
}
