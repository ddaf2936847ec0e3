package timeline

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// Chart is how many sockets of a capture were in which state, at each multiple of a
// step.
type Chart struct {
	File    string // "" of joined captures
	By      By
	Summed  bool // sides are not told apart
	Step    time.Duration
	Start   model.Time // the first moment
	Moments int        // how many there are; one more, at which nothing is observed any more, ends the series
	First   model.Time // of the capture's packets: what people count from
	End     model.Time // of observation
	Series  []Series   // by host, side and state
	Other   bool       // some hosts are counted under Other

	Connections, Sockets int64
}

// Series is the counts of one state of one group of sockets.
type Series struct {
	Host  string // address, server endpoint, or Other; "" where all are counted together
	Side  string // client, server; "" where they are summed
	State tcpstate.State

	// Changes are what is added to the counts, in time order, no two at one moment.
	Changes []Change
	causes  []Cause
}

// Change is what is added to the counts from a moment on.
type Change struct {
	At int // by number, from 0
	Counts
}

// Counts are numbers of sockets: that in which each stay is counted to its end; the
// least that there can have been, and the most.
type Counts struct{ Sockets, Min, Max int64 }

func (c *Counts) add(o Counts) {
	c.Sockets += o.Sockets
	c.Min += o.Min
	c.Max += o.Max
}

// Cause counts the sockets that came into a state at a moment, by the gravest rule
// that found something of their connection.
type Cause struct {
	At   int
	Rule string // "" where none did
	N    int64
}

// Time returns the time of a moment.
func (c *Chart) Time(i int) model.Time { return c.Start + model.Time(i)*model.Time(c.Step) }

// Chart returns what was counted, end being the end of observation, and begins anew.
func (c *Collector) Chart(file string, end model.Time) (*Chart, error) {
	defer func() { *c = *NewCollector(c.options) }()
	out := &Chart{File: file, By: c.options.By, Summed: c.options.Summed, End: end, Other: c.other, Connections: c.records, Sockets: c.sockets}
	if !c.begun {
		return out, nil
	}
	c.settle(end)
	last := c.lastMoment(end)
	if c.tooFine {
		least := chooseStep(int64(c.first), int64(last), c.options.Whole, maxSteps)
		return nil, &StepError{c.options.Step, last.Sub(c.first), least}
	}
	step := c.options.Step
	if c.chosen {
		step = chooseStep(int64(c.first), int64(last), c.options.Whole, maxRows)
		step = max(step, time.Duration(c.grain))
	}
	out.Step = step
	from, until := ceilDiv(int64(c.first), int64(step)), floorDiv(int64(min(last, end)), int64(step))
	out.Start, out.Moments = model.Time(from*int64(step)), int(max(until-from+1, 0))
	k := int64(step) / c.grain
	for g, states := range c.groups {
		for state, s := range states {
			if s == nil {
				continue
			}
			s.coarsen(k)
			if one := c.seriesOf(&g, tcpstate.State(state), s, from, out.Moments); len(one.Changes) > 0 {
				out.Series = append(out.Series, one)
			}
		}
	}
	slices.SortFunc(out.Series, func(a, b Series) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Side, b.Side), strings.Compare(a.State.String(), b.State.String()))
	})
	return out, nil
}

// settle ends the stays whose end was not the end of the capture.
func (c *Collector) settle(end model.Time) {
	for _, states := range c.groups {
		for _, s := range states {
			if s != nil && s.last.time < end && s.last.counts != (counts{}) {
				c.change(s, s.last.time, s.last.counts)
				s.last.counts = counts{}
			}
		}
	}
}

// lastMoment returns the last time at which a socket can be counted.
func (c *Collector) lastMoment(end model.Time) model.Time {
	last := c.latest
	for _, states := range c.groups {
		for _, s := range states {
			if s == nil {
				continue
			}
			open := int32(0)
			for _, ch := range s.changes() {
				open += ch.most
				last = max(last, model.Time(min(ch.at, int64(end)/c.grain))*model.Time(c.grain))
			}
			if open > 0 {
				return end
			}
		}
	}
	return min(last, end)
}

// seriesOf returns a series with its moments counted from the first on.
func (c *Collector) seriesOf(g *group, state tcpstate.State, s *series, from int64, moments int) Series {
	out := Series{Host: c.label(g), State: state}
	if !c.options.Summed {
		out.Side = [...]string{"client", "server"}[g.side]
	}
	var now Counts
	for _, ch := range s.changes() {
		at := int(ch.at - from)
		if at >= moments {
			break
		}
		delta := Counts{int64(ch.sockets), int64(ch.least), int64(ch.most)}
		out.Changes = append(out.Changes, Change{at, delta})
		now.add(delta)
	}
	if now != (Counts{}) { // observation ends
		out.Changes = append(out.Changes, Change{moments, Counts{-now.Sockets, -now.Min, -now.Max}})
	}
	for _, one := range s.causes {
		out.causes = append(out.causes, Cause{int(one.at - from), c.rules[one.rule], int64(one.n)})
	}
	return out
}

// All returns the moments at which a series has counts, in time order: those at which
// any is not 0, and each at which they have just become so.
func (s *Series) All() iter.Seq2[int, Counts] {
	return func(yield func(int, Counts) bool) {
		var now Counts
		for i := range s.Changes {
			now.add(s.Changes[i].Counts)
			until := s.Changes[i].At + 1
			if i+1 < len(s.Changes) && now != (Counts{}) {
				until = s.Changes[i+1].At
			}
			for at := s.Changes[i].At; at < until; at++ {
				if !yield(at, now) {
					return
				}
			}
		}
	}
}

// Row is the counts of one series at one moment.
type Row struct {
	Time   model.Time
	Series *Series
	Counts
}

// Rows returns all counts, by time, then in the order of the series.
func (c *Chart) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		changes := c.changes()
		now := make([]Counts, len(c.Series))
		told := make([]uint64, (len(c.Series)+63)/64) // a bit for each series that has a row
		for at := range c.Moments + 1 {
			for ; len(changes) > 0 && changes[0].at == at; changes = changes[1:] {
				i := changes[0].series
				now[i].add(changes[0].Counts)
				told[i/64] |= 1 << (i % 64)
			}
			for word := range told {
				for left := told[word]; left != 0; left &= left - 1 {
					i := word*64 + bits.TrailingZeros64(left)
					if !yield(Row{c.Time(at), &c.Series[i], now[i]}) {
						return
					}
					if now[i] == (Counts{}) {
						told[word] &^= 1 << (i % 64)
					}
				}
			}
		}
	}
}

// seriesChange is a change of a series, by its index.
type seriesChange struct {
	at, series int
	Counts
}

// changes returns those of all series in time order.
func (c *Chart) changes() (list []seriesChange) {
	for i := range c.Series {
		for _, ch := range c.Series[i].Changes {
			list = append(list, seriesChange{ch.At, i, ch.Counts})
		}
	}
	slices.SortFunc(list, func(a, b seriesChange) int { return cmp.Compare(a.at, b.at) })
	return list
}
