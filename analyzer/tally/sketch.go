package tally

import (
	"cmp"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"

	"finwait/analyzer/model"
)

// sampling keeps a fair choice of durations in little memory: those of the connections
// that drew the least lots. So neither the order in which they come matters, nor in how
// many parts they are gathered. The extremes are exact.
type sampling struct {
	kept      []drawn // at most maxSampling, see KeepLeast
	n         int64
	low, high model.Seconds // valid iff n > 0
}

// drawn is a duration with the lot of its connection.
type drawn struct {
	lot uint64
	v   model.Seconds
}

func (d drawn) compare(o drawn) int { return cmp.Or(cmp.Compare(d.lot, o.lot), cmp.Compare(d.v, o.v)) }

const maxSampling = 64

// add takes in a duration of the connection with a lot.
func (s *sampling) add(v model.Seconds, lot uint64) {
	if s.n == 0 {
		s.low, s.high = v, v
	}
	s.low, s.high = min(s.low, v), max(s.high, v)
	s.n++
	s.keep(drawn{lot, v})
}

func (s *sampling) keep(d drawn) { s.kept = KeepLeast(s.kept, d, maxSampling, drawn.compare) }

// KeepLeast returns list with v in it, without the greatest where there are more than most:
// the same values in whatever order they come. The list is in no order; once it has most
// values it is a heap, the greatest first.
func KeepLeast[T any](list []T, v T, most int, compare func(a, b T) int) []T {
	switch {
	case len(list) < most:
		if list = append(list, v); len(list) == most {
			for i := most/2 - 1; i >= 0; i-- {
				sink(list, i, compare)
			}
		}
	case compare(v, list[0]) < 0:
		list[0] = v
		sink(list, 0, compare)
	}
	return list
}

// sink moves value i of a heap to its place among those below it.
func sink[T any](heap []T, i int, compare func(a, b T) int) {
	for v := heap[i]; ; {
		next := 2*i + 1
		if next+1 < len(heap) && compare(heap[next+1], heap[next]) > 0 {
			next++
		}
		if next >= len(heap) || compare(heap[next], v) <= 0 {
			heap[i] = v
			return
		}
		heap[i] = heap[next]
		i = next
	}
}

// Sorted returns the values of a list in order.
func Sorted[T any](list []T, compare func(a, b T) int) []T {
	return slices.SortedFunc(slices.Values(list), compare)
}

// merge takes in what o holds.
func (s *sampling) merge(o *sampling) {
	if o.n == 0 {
		return
	}
	if s.n == 0 {
		s.low, s.high = o.low, o.high
	}
	s.low, s.high, s.n = min(s.low, o.low), max(s.high, o.high), s.n+o.n
	for _, d := range o.kept {
		s.keep(d)
	}
}

// sorted returns the durations that were kept by their length.
func (s *sampling) sorted() []model.Seconds {
	list := make([]model.Seconds, len(s.kept))
	for i, d := range s.kept {
		list[i] = d.v
	}
	slices.Sort(list)
	return list
}

// times returns the quantiles by the nearest rank.
func (s *sampling) times() model.HalfTimes {
	if s.n == 0 {
		return model.HalfTimes{}
	}
	sorted, longest := s.sorted(), s.high
	rank := func(percent int) *model.Seconds { return &sorted[(len(sorted)*percent+99)/100-1] }
	return model.HalfTimes{N: s.n, P50: rank(50), P90: rank(90), Max: &longest}
}

// spread returns the extremes and the median.
func (s *sampling) spread() model.Spread {
	if s.n == 0 {
		return model.Spread{}
	}
	sorted := s.sorted()
	return model.Spread{N: s.n, Low: s.low, Median: sorted[(len(sorted)-1)/2], High: s.high}
}

// distinct estimates how many different addresses it was shown, by the least of
// their hashes: exactly up to maxDistinct, then within some 15 %.
type distinct struct {
	least []uint64 // in order
}

const maxDistinct = 64

func (d *distinct) add(a netip.Addr) {
	octets := a.As16()
	d.keep(model.Mix(model.Mix(binary.BigEndian.Uint64(octets[:8])) ^ binary.BigEndian.Uint64(octets[8:])))
}

func (d *distinct) keep(v uint64) {
	if len(d.least) == maxDistinct && v >= d.least[maxDistinct-1] {
		return
	}
	at, known := slices.BinarySearch(d.least, v)
	if known {
		return
	}
	if len(d.least) == maxDistinct {
		d.least = d.least[:maxDistinct-1]
	}
	d.least = slices.Insert(d.least, at, v)
}

func (d *distinct) merge(o *distinct) {
	for _, v := range o.least {
		d.keep(v)
	}
}

// count returns how many there were; exact says that it is no estimate.
func (d *distinct) count() (n int64, exact bool) {
	if len(d.least) < maxDistinct {
		return int64(len(d.least)), true
	}
	n = int64((maxDistinct - 1) / (float64(d.least[maxDistinct-1]) / math.MaxUint64))
	scale := int64(1)
	for n >= 100 {
		n, scale = n/10, scale*10
	}
	return n * scale, false
}
