package tally

import (
	"math"
	"math/bits"

	"finwait/analyzer/model"
)

const (
	subBits    = 9 // an octave is cut in 512 parts, so a part is at most 0.2 % wide
	subBuckets = 1 << subBits
)

// histogram counts durations in buckets that widen with the duration, so that
// any quantile is right within 0.1 % and the extremes are exact. It works in
// integers only: the same stays give the same quantiles on every machine, in
// whatever order they are added or merged. It holds 4 KiB for each octave that
// occurs, of which there are 64.
type histogram struct {
	pages    [64]*[subBuckets]int64
	n        int64
	min, max model.Seconds // valid iff n > 0
}

// bucket returns where v ≥ 0 is counted. Durations below 512 ns have a bucket
// each, all in the first page.
func bucket(v model.Seconds) (page, slot int) {
	shift := max(bits.Len64(uint64(v))-subBits-1, -1)
	if shift < 0 {
		return 0, int(v)
	}
	return shift + 1, int(v>>shift) - subBuckets
}

// middle returns the duration halfway through a bucket.
func middle(page, slot int) model.Seconds {
	if page == 0 {
		return model.Seconds(slot)
	}
	shift := page - 1
	return model.Seconds(slot+subBuckets)<<shift + (1<<shift-1)/2
}

// add counts v; a negative v, the work of a clock that was set back, counts as 0.
func (h *histogram) add(v model.Seconds) {
	v = max(v, 0)
	page, slot := bucket(v)
	if h.pages[page] == nil {
		h.pages[page] = new([subBuckets]int64)
	}
	h.pages[page][slot]++
	if h.n == 0 || v < h.min {
		h.min = v
	}
	if h.n == 0 || v > h.max {
		h.max = v
	}
	h.n++
}

// merge adds everything that o counted.
func (h *histogram) merge(o *histogram) {
	if o.n == 0 {
		return
	}
	if h.n == 0 {
		h.min, h.max = o.min, o.max
	}
	h.min, h.max, h.n = min(h.min, o.min), max(h.max, o.max), h.n+o.n
	for i, page := range &o.pages {
		if page == nil {
			continue
		}
		if h.pages[i] == nil {
			h.pages[i] = new([subBuckets]int64)
		}
		for slot, n := range page {
			h.pages[i][slot] += n
		}
	}
}

// quantile returns the least duration that at least percent of all do not
// exceed (the nearest rank); nil where nothing was counted.
func (h *histogram) quantile(percent int64) *model.Seconds {
	if h.n == 0 {
		return nil
	}
	rank := max((h.n*percent+99)/100, 1)
	for i, page := range &h.pages {
		if page == nil {
			continue
		}
		for slot, n := range page {
			if rank -= n; rank <= 0 {
				v := min(max(middle(i, slot), h.min), h.max)
				return &v
			}
		}
	}
	v := h.max
	return &v
}

// bins returns how the lengths of they lie, the shortest first. Those of no
// length at all are in the bin of 1 ns.
func (h *histogram) bins() (bins []model.Bin) {
	for i, page := range &h.pages {
		if page == nil {
			continue
		}
		for slot, n := range page {
			if n == 0 {
				continue
			}
			v := min(max(middle(i, slot), h.min), h.max)
			from := int(math.Floor(math.Log10(float64(max(v, 1))) * model.PerDecade))
			if last := len(bins) - 1; last >= 0 && bins[last].From == from {
				bins[last].N += n
			} else {
				bins = append(bins, model.Bin{From: from, N: n})
			}
		}
	}
	return bins
}
