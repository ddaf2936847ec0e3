package pair

import (
	"slices"
	"time"

	"finwait/reassembly/frame"
)

// sampling is a fair choice of the differences of time between both captures: every
// stride-th of those seen, and both extremes.
type sampling struct {
	kept      []difference
	n, stride int64
	low, high difference // valid iff n > 0
}

// difference is B's time minus A's, and when that was by A's clock.
type difference struct{ at, diff frame.Time }

const mostKept = 256

func (s *sampling) add(at, diff frame.Time) {
	d := difference{at, diff}
	if s.n == 0 {
		s.low, s.high, s.stride = d, d, 1
	}
	if diff < s.low.diff {
		s.low = d
	}
	if diff > s.high.diff {
		s.high = d
	}
	if s.n%s.stride == 0 && len(s.kept) == mostKept {
		for i := range mostKept / 2 {
			s.kept[i] = s.kept[2*i]
		}
		s.kept = s.kept[:mostKept/2]
		s.stride *= 2
	}
	if s.n%s.stride == 0 {
		s.kept = append(s.kept, d)
	}
	s.n++
}

// Delay is how long segments were on their way.
type Delay struct {
	P50, P90, Max time.Duration
}

// delay returns the delay of what diff says; never less than none.
func (o *Offset) delay(d difference, forward bool) time.Duration {
	diff := d.diff - o.Of(d.at)
	if !forward {
		diff = -diff
	}
	return max(diff, 0).Sub(0)
}

// delays returns the quantiles, by the nearest rank.
func (s *sampling) delays(o *Offset, forward bool) *Delay {
	if s.n == 0 || !o.Known {
		return nil
	}
	list := make([]time.Duration, len(s.kept))
	for i, d := range s.kept {
		list[i] = o.delay(d, forward)
	}
	slices.Sort(list)
	at := func(q int) time.Duration { return list[(len(list)*q+99)/100-1] }
	return &Delay{P50: at(50), P90: at(90), Max: max(o.delay(s.low, forward), o.delay(s.high, forward), list[len(list)-1])}
}
