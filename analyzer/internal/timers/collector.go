package timers

import (
	"cmp"
	"net/netip"
	"slices"

	"finwait/analyzer/model"
	"finwait/analyzer/tally"
)

const (
	maxSeries     = 4096 // pairs of server and kind that are told apart at the end
	maxPerSeries  = 512  // samples that are kept of each
	seriesInReach = 2 * maxSeries
)

// A Collector keeps what connections show, in memory that does not grow with
// their number. The zero Collector is ready for use. Up to maxSeries servers and kinds
// it keeps the same in whatever order it is fed.
type Collector struct {
	series map[seriesKey]*series
}

type seriesKey struct {
	server netip.AddrPort
	kind   model.TimerKind
}

func (k seriesKey) compare(o seriesKey) int {
	return cmp.Or(k.server.Compare(o.server), cmp.Compare(k.kind, o.kind))
}

// series is a fair choice of the samples of one kind and server: those of the
// connections that drew the least lots (model.Record.Lot).
type series struct {
	kept []drawn // at most maxPerSeries, see tally.KeepLeast
	seen int64
}

// drawn is a sample with the lot of its connection.
type drawn struct {
	lot uint64
	sample
}

func (d drawn) compare(o drawn) int {
	return cmp.Or(cmp.Compare(d.lot, o.lot), slices.Compare(d.waits[:], o.waits[:]))
}

func (s *series) add(v drawn) {
	s.seen++
	s.keep(v)
}

func (s *series) keep(v drawn) {
	s.kept = tally.KeepLeast(s.kept, v, maxPerSeries, drawn.compare)
}

// sorted returns those that were kept by their lots.
func (s *series) sorted() []drawn { return tally.Sorted(s.kept, drawn.compare) }

// samples returns those that were kept.
func (s *series) samples() []sample {
	list := make([]sample, 0, len(s.kept))
	for _, v := range s.sorted() {
		list = append(list, v.sample)
	}
	return list
}

// Add takes in one connection.
func (c *Collector) Add(o *Observation) {
	for i := range o.n {
		c.of(seriesKey{o.server, o.kinds[i]}).add(drawn{o.lot, o.samples[i]})
	}
}

// of returns the series of a key.
func (c *Collector) of(key seriesKey) *series {
	s := c.series[key]
	if s == nil {
		if c.series == nil {
			c.series = map[seriesKey]*series{}
		}
		if len(c.series) >= seriesInReach {
			c.thin()
		}
		s = new(series)
		c.series[key] = s
	}
	return s
}

// thin forgets the half of all series that saw least; among equals, those of
// the higher addresses.
func (c *Collector) thin() {
	keys := c.keys()
	slices.SortStableFunc(keys, func(a, b seriesKey) int {
		return cmp.Compare(c.series[b].seen, c.series[a].seen)
	})
	for _, k := range keys[maxSeries:] {
		delete(c.series, k)
	}
}

// keys returns the keys of all series in order.
func (c *Collector) keys() []seriesKey {
	keys := make([]seriesKey, 0, len(c.series))
	for k := range c.series {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, seriesKey.compare)
	return keys
}
