package timeline

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// Moments finds the worst moment of captures that are joined, as NewWorst does, from
// records that are counted in several parts. Up to MaxHosts hosts a side the parts come to
// the same as the whole.
type Moments struct{ collector *Collector }

// NewMoments returns Moments without records.
func NewMoments() *Moments { return &Moments{NewCollector(worstOptions())} }

// Add counts the sockets of a connection.
func (m *Moments) Add(r *model.Record) { m.collector.Add(r) }

// Worst returns the worst moment, end being that of observation; nil where there is none.
func (m *Moments) Worst(end *model.Time) (*model.Moment, error) {
	until := forever
	if end != nil {
		until = *end
	}
	chart, err := m.collector.Chart("", until)
	if err != nil {
		return nil, err
	}
	var w Worst
	w.chart(chart)
	return w.Moment, nil
}

// Merge takes in what another counted.
func (m *Moments) Merge(o *Moments) {
	c, from := m.collector, o.collector
	c.records, c.sockets = c.records+from.records, c.sockets+from.sockets
	if !from.begun {
		return
	}
	c.observe(from.first, from.latest)
	for c.coarse < from.coarse {
		c.coarsen()
	}
	for from.coarse < c.coarse {
		from.coarsen()
	}
	for _, g := range from.sortedGroups() {
		own := c.groupOf(g)
		for state, s := range from.groups[g] {
			if s == nil {
				continue
			}
			if own[state] == nil {
				own[state] = new(series)
			}
			for _, change := range s.changes() {
				c.kept += own[state].add(change)
			}
			if s.last.counts != (counts{}) {
				c.end(own[state], true, s.last.time, s.last.counts)
			}
		}
	}
	for c.kept > maxChanges && c.coarse+1 < len(grains) {
		c.coarsen()
	}
}

// sortedGroups returns the groups in order.
func (c *Collector) sortedGroups() []group {
	list := make([]group, 0, len(c.groups))
	for g := range c.groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b group) int { return cmp.Or(cmp.Compare(a.side, b.side), a.of.Compare(b.of)) })
	return list
}

// storedMoments are Moments as they pass from one machine to another.
type storedMoments struct {
	Begun   bool           `json:"begun"`
	Coarse  int            `json:"coarse"`
	First   model.Time     `json:"first"`
	Latest  model.Time     `json:"latest"`
	Records int64          `json:"records"`
	Sockets int64          `json:"sockets"`
	Series  []storedSeries `json:"series"`
}

// storedSeries is one state of one group: the changes as a moment and three counts each,
// the last one likewise.
type storedSeries struct {
	Of      netip.AddrPort `json:"of"`
	Side    uint8          `json:"side"`
	Other   bool           `json:"other"`
	State   tcpstate.State `json:"state"`
	Changes []int64        `json:"changes"`
	Last    [4]int64       `json:"last"`
}

// MarshalJSON stores what was counted, to be merged elsewhere by the same version of the
// program.
func (m *Moments) MarshalJSON() ([]byte, error) {
	c := m.collector
	s := storedMoments{c.begun, c.coarse, c.first, c.latest, c.records, c.sockets, nil}
	for _, g := range c.sortedGroups() {
		for state, of := range c.groups[g] {
			if of == nil {
				continue
			}
			one := storedSeries{Of: g.of, Side: g.side, Other: g.other, State: tcpstate.State(state)}
			for _, ch := range of.changes() {
				one.Changes = append(one.Changes, ch.at, int64(ch.sockets), int64(ch.least), int64(ch.most))
			}
			one.Last = [4]int64{int64(of.last.time), int64(of.last.sockets), int64(of.last.least), int64(of.last.most)}
			s.Series = append(s.Series, one)
		}
	}
	return json.Marshal(&s)
}

var errStored = errors.New("what was counted elsewhere is of another version, or damaged")

// UnmarshalJSON takes what MarshalJSON stored.
func (m *Moments) UnmarshalJSON(text []byte) error {
	var s storedMoments
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Coarse < 0 || s.Coarse >= len(grains) {
		return errStored
	}
	c := NewCollector(worstOptions())
	c.coarse, c.grain = s.Coarse, int64(grains[s.Coarse])
	c.first, c.latest, c.begun, c.records, c.sockets = s.First, s.Latest, s.Begun, s.Records, s.Sockets
	for _, one := range s.Series {
		if len(one.Changes)%4 != 0 || one.Side > 1 || one.State >= tcpstate.NumStates {
			return errStored
		}
		g := c.groupOf(group{of: one.Of, side: one.Side, other: one.Other})
		to := new(series)
		g[one.State] = to
		for l := one.Changes; len(l) > 0; l = l[4:] {
			c.kept += to.add(change{l[0], counts{int32(l[1]), int32(l[2]), int32(l[3])}})
		}
		to.last.time = model.Time(one.Last[0])
		to.last.counts = counts{int32(one.Last[1]), int32(one.Last[2]), int32(one.Last[3])}
	}
	m.collector = c
	return nil
}
