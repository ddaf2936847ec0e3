package model

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
)

// sampling keeps a fair choice of durations in little memory: every stride-th of
// those seen. The extremes are exact.
type sampling struct {
	kept      []Seconds
	n, stride int64
	low, high Seconds // valid iff n > 0
}

const maxSampling = 64

func (s *sampling) add(v Seconds) {
	if s.n == 0 {
		s.low, s.high, s.stride = v, v, 1
	}
	s.low, s.high = min(s.low, v), max(s.high, v)
	if s.n%s.stride == 0 && len(s.kept) == maxSampling {
		s.halve()
	}
	if s.n%s.stride == 0 {
		s.kept = append(s.kept, v)
	}
	s.n++
}

// halve forgets every second duration.
func (s *sampling) halve() {
	half := s.kept[:0]
	for i := 0; i < len(s.kept); i += 2 {
		half = append(half, s.kept[i])
	}
	s.kept = half
	s.stride *= 2
}

// merge takes in what o holds.
func (s *sampling) merge(o *sampling) {
	if o.n == 0 {
		return
	}
	if s.n == 0 {
		s.low, s.high, s.stride = o.low, o.high, o.stride
	}
	s.low, s.high, s.n = min(s.low, o.low), max(s.high, o.high), s.n+o.n
	s.kept = append(s.kept, o.kept...)
	s.stride = max(s.stride, o.stride)
	for len(s.kept) > maxSampling {
		s.halve()
	}
}

// times returns the quantiles by the nearest rank.
func (s *sampling) times() HalfTimes {
	if s.n == 0 {
		return HalfTimes{}
	}
	sorted, longest := slices.Sorted(slices.Values(s.kept)), s.high
	rank := func(percent int) *Seconds { return &sorted[(len(sorted)*percent+99)/100-1] }
	return HalfTimes{N: s.n, P50: rank(50), P90: rank(90), Max: &longest}
}

// spread returns the extremes and the median.
func (s *sampling) spread() Spread {
	if s.n == 0 {
		return Spread{}
	}
	sorted := slices.Clone(s.kept)
	slices.Sort(sorted)
	return Spread{N: s.n, Low: s.low, Median: sorted[(len(sorted)-1)/2], High: s.high}
}

// distinct estimates how many different addresses it was shown, by the least of
// their hashes: exactly up to maxDistinct, then within some 15 %.
type distinct struct {
	least []uint64 // in order
}

const maxDistinct = 64

func (d *distinct) add(a netip.Addr) {
	octets := a.As16()
	d.keep(mix(mix(binary.BigEndian.Uint64(octets[:8])) ^ binary.BigEndian.Uint64(octets[8:])))
}

// mix is the finalizer of SplitMix64: every bit of v moves every bit of the
// result.
func mix(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
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
