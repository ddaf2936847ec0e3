package timers

import (
	"cmp"
	"net/netip"
	"slices"
)

const (
	maxSeries     = 4096 // pairs of server and kind that are told apart at the end
	maxPerSeries  = 512  // samples that are kept of each
	seriesInReach = 2 * maxSeries
)

// A Collector keeps what connections show, in memory that does not grow with
// their number. The zero Collector is ready for use. What it keeps depends on
// the order in which it is fed, and on nothing else.
type Collector struct {
	series map[seriesKey]*series
}

type seriesKey struct {
	server netip.AddrPort
	kind   kind
}

func (k seriesKey) compare(o seriesKey) int {
	return cmp.Or(k.server.Compare(o.server), cmp.Compare(k.kind, o.kind))
}

// series is a fair choice of the samples of one kind and server: every
// stride-th of those seen.
type series struct {
	kept         []sample
	seen, stride int64
}

func (s *series) add(v sample) {
	if s.seen%s.stride == 0 {
		if len(s.kept) == maxPerSeries {
			half := s.kept[:0]
			for i := 0; i < maxPerSeries; i += 2 {
				half = append(half, s.kept[i])
			}
			s.kept = half
			s.stride *= 2
		}
		if s.seen%s.stride == 0 {
			s.kept = append(s.kept, v)
		}
	}
	s.seen++
}

// Add takes in one connection.
func (c *Collector) Add(o *Observation) {
	for i := range o.n {
		key := seriesKey{o.server, o.kinds[i]}
		s := c.series[key]
		if s == nil {
			if c.series == nil {
				c.series = map[seriesKey]*series{}
			}
			if len(c.series) >= seriesInReach {
				c.thin()
			}
			s = &series{stride: 1}
			c.series[key] = s
		}
		s.add(o.samples[i])
	}
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
