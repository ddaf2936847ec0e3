package timeline

import (
	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// minWorst is how many sockets must wait at once to be told of.
const minWorst = 2

// Worst is the worst moment of some captures: when most sockets of a host waited in one of
// the states that people see in netstat and ask about.
type Worst struct {
	Moment *model.Moment // nil where there is none
	Stayed float64       // how long sockets were in that state, in seconds of all together
}

// Merge takes in that of captures that come after those of w. Of equal ones the earlier
// stays, as in one run.
func (w *Worst) Merge(next Worst) {
	if next.above(w) {
		*w = next
	}
}

// above reports whether w is worse than o: by how many sockets there are, then by that they
// are closing, then by how long sockets were in that state.
func (w *Worst) above(o *Worst) bool {
	if w.Moment == nil || o.Moment == nil {
		return w.Moment != nil
	}
	opening, otherOpening := w.Moment.State == tcpstate.SynReceived, o.Moment.State == tcpstate.SynReceived
	switch {
	case w.Moment.Sockets != o.Moment.Sockets:
		return w.Moment.Sockets > o.Moment.Sockets
	case opening != otherOpening:
		return otherOpening
	}
	return w.Stayed > o.Stayed
}

// chart takes in the series of a chart.
func (w *Worst) chart(c *Chart) {
	for i := range c.Series {
		s := &c.Series[i]
		peak := s.Peak()
		if peak.Sockets < minWorst || s.Host == Other {
			continue
		}
		w.Merge(Worst{
			&model.Moment{File: c.File, Time: c.Time(peak.At), Host: s.Host, Side: s.Side, State: s.State, Sockets: peak.Sockets},
			float64(s.area()) * c.Step.Seconds(),
		})
	}
}

// WorstHandler finds the Worst.
type WorstHandler struct {
	model.Handler
	Worst
	charts *Handler
}

// NewWorst returns a Handler that hands on all that h would get, and adds the worst
// moment to the summary.
func NewWorst(h model.Handler, joined bool) *WorstHandler {
	w := &WorstHandler{Handler: h}
	w.charts = NewHandler(worstOptions(), joined, chartFunc(w.chart))
	return w
}

// worstOptions are those of the states in which sockets wait.
func worstOptions() Options {
	return Options{States: []tcpstate.State{
		tcpstate.SynReceived, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.CloseWait, tcpstate.Closing, tcpstate.LastAck,
	}}
}

func (w *WorstHandler) Record(r *model.Record) error {
	if err := w.charts.Record(r); err != nil {
		return err
	}
	return w.Handler.Record(r)
}

func (w *WorstHandler) File(f *model.FileInfo) error {
	if err := w.charts.File(f); err != nil {
		return err
	}
	return w.Handler.File(f)
}

func (w *WorstHandler) Close(s *model.Summary) error {
	if err := w.charts.Close(s); err != nil {
		return err
	}
	s.WorstMoment = w.Moment
	return w.Handler.Close(s)
}

// chartFunc is a Writer that looks at charts and writes nothing.
type chartFunc func(*Chart)

func (f chartFunc) Chart(c *Chart) error {
	f(c)
	return nil
}

func (chartFunc) Close() error { return nil }

// area is the sum of the sockets over all moments.
func (s *Series) area() (sum int64) {
	now := int64(0)
	for i := range s.Changes {
		if i > 0 {
			sum += now * int64(s.Changes[i].At-s.Changes[i-1].At)
		}
		now += s.Changes[i].Sockets
	}
	return sum
}
