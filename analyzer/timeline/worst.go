package timeline

import (
	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// minWorst is how many sockets must wait at once to be told of.
const minWorst = 2

// NewWorst returns a Handler that hands on all that h would get, and adds the worst
// moment to the summary: when most sockets of a host waited in one of the states that
// people see in netstat and ask about.
func NewWorst(h model.Handler, joined bool) model.Handler {
	w := &worst{Handler: h}
	w.charts = NewHandler(worstOptions(), joined, chartFunc(w.chart))
	return w
}

// worstOptions are those of the states in which sockets wait.
func worstOptions() Options {
	return Options{States: []tcpstate.State{
		tcpstate.SynReceived, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.CloseWait, tcpstate.Closing, tcpstate.LastAck,
	}}
}

type worst struct {
	model.Handler
	charts *Handler
	moment *model.Moment
}

func (w *worst) Record(r *model.Record) error {
	if err := w.charts.Record(r); err != nil {
		return err
	}
	return w.Handler.Record(r)
}

func (w *worst) File(f *model.FileInfo) error {
	if err := w.charts.File(f); err != nil {
		return err
	}
	return w.Handler.File(f)
}

func (w *worst) Close(s *model.Summary) error {
	if err := w.charts.Close(s); err != nil {
		return err
	}
	s.WorstMoment = w.moment
	return w.Handler.Close(s)
}

// chartFunc is a Writer that looks at charts and writes nothing.
type chartFunc func(*Chart)

func (f chartFunc) Chart(c *Chart) error {
	f(c)
	return nil
}

func (chartFunc) Close() error { return nil }

func (w *worst) chart(c *Chart) {
	for i := range c.Series {
		s := &c.Series[i]
		peak := s.Peak()
		if peak.Sockets < minWorst || s.Host == Other || w.moment != nil && peak.Sockets <= w.moment.Sockets {
			continue
		}
		w.moment = &model.Moment{File: c.File, Time: c.Time(peak.At), Host: s.Host, Side: s.Side, State: s.State, Sockets: peak.Sockets}
	}
}
