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
	gravity
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
		if peak.Sockets < minWorst || s.Host == Other {
			continue
		}
		g := gravity{peak.Sockets, s.State != tcpstate.SynReceived, float64(s.area()) * c.Step.Seconds()}
		if w.moment != nil && !g.above(w.gravity) {
			continue
		}
		w.gravity = g
		w.moment = &model.Moment{File: c.File, Time: c.Time(peak.At), Host: s.Host, Side: s.Side, State: s.State, Sockets: peak.Sockets}
	}
}

// gravity is what makes one moment worse than another: how many sockets there are, then that
// they are closing, then how long sockets were in that state, in seconds of all together.
type gravity struct {
	sockets int64
	closing bool
	stayed  float64
}

func (g gravity) above(o gravity) bool {
	switch {
	case g.sockets != o.sockets:
		return g.sockets > o.sockets
	case g.closing != o.closing:
		return g.closing
	}
	return g.stayed > o.stayed
}

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
