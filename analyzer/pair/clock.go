package pair

import (
	"math"
	"slices"

	"finwait/reassembly/frame"
)

// clock learns how far B's clock is before A's. A segment that passes A first shows
// their difference plus its delay, one that passes B first the difference minus its
// delay: the truth lies between the least of the ones and the greatest of the others.
type clock struct {
	offset  frame.Time // in use, as of the latest windows
	start   frame.Time // by A's clock; valid iff there are windows
	width   frame.Time
	spread  frame.Time // by how much it may be wrong, as of these windows
	first   window     // what the first look at the captures told
	windows []window
	last    int // the latest window that has both bounds; -1 for none
}

// window is what the segments of a stretch of time tell.
type window struct {
	up, low       frame.Time // valid iff hasUp, hasLow
	upAt, lowAt   frame.Time // when, by A's clock
	hasUp, hasLow bool
}

const (
	mostWindows = 512
	leastWidth  = second / 4
)

func newClock(found *alignment) *clock {
	return &clock{offset: found.offset, first: found.bounds, width: leastWidth, last: -1}
}

// add takes in a segment that was seen at both; forward means that it passed A first.
func (c *clock) add(at, diff frame.Time, forward bool) {
	if len(c.windows) == 0 {
		c.start = at
	}
	i := max(int((at-c.start)/c.width), 0)
	for i >= mostWindows {
		c.halve()
		i = max(int((at-c.start)/c.width), 0)
	}
	for len(c.windows) <= i {
		c.windows = append(c.windows, window{})
	}
	w := &c.windows[i]
	one := window{}
	if forward {
		one = window{up: diff, upAt: at, hasUp: true}
	} else {
		one = window{low: diff, lowAt: at, hasLow: true}
	}
	if w.merge(&one) && w.hasUp && w.hasLow {
		c.last = max(c.last, i)
		c.refresh()
	}
}

// merge takes in what another window tells, and reports whether that was new.
func (w *window) merge(o *window) (news bool) {
	if o.hasUp && (!w.hasUp || o.up < w.up) {
		w.up, w.upAt, w.hasUp, news = o.up, o.upAt, true, true
	}
	if o.hasLow && (!w.hasLow || o.low > w.low) {
		w.low, w.lowAt, w.hasLow, news = o.low, o.lowAt, true, true
	}
	return news
}

// halve makes the windows twice as wide.
func (c *clock) halve() {
	for i := range c.windows {
		if i%2 == 0 {
			c.windows[i/2] = c.windows[i]
		} else {
			c.windows[i/2].merge(&c.windows[i])
		}
	}
	c.windows = c.windows[:(len(c.windows)+1)/2]
	c.width *= 2
	if c.last >= 0 {
		c.last /= 2
	}
}

// recentWindows are those by which events are ordered.
const recentWindows = 8

// refresh makes the offset in use that of the latest windows. At first, what the first
// look told counts, too: the first segments of all are often late.
func (c *clock) refresh() {
	var sum window
	if c.last < recentWindows {
		sum = c.first
	}
	for i := max(c.last-recentWindows, 0); i <= c.last; i++ {
		sum.merge(&c.windows[i])
	}
	if sum.hasUp && sum.hasLow {
		c.spread = max((sum.up-sum.low)/2, 0)
		c.offset = sum.low + (sum.up-sum.low)/2
	}
}

// Offset is how B's clock stands to A's.
type Offset struct {
	Known bool
	At    frame.Time // B's minus A's at Start
	Error frame.Time // half of the smallest round trip
	Drift float64    // how much faster B's clock runs; 0 where the span cannot show it
	Start frame.Time // by A's clock
}

// Of returns B's time minus A's when A's clock showed a time.
func (o *Offset) Of(at frame.Time) frame.Time {
	if o.Drift == 0 {
		return o.At
	}
	return o.At + frame.Time(o.Drift*float64(at-o.Start))
}

// OfB is Of for a time of B's clock.
func (o *Offset) OfB(at frame.Time) frame.Time { return o.Of(at - o.At) }

// result returns what all windows say together.
func (c *clock) result() Offset {
	var sum window
	for i := range c.windows {
		sum.merge(&c.windows[i])
	}
	if !sum.hasUp || !sum.hasLow {
		return Offset{At: c.offset, Start: c.start}
	}
	o := Offset{Known: true, Start: c.start}
	if o.Drift = c.drift(); o.Drift != 0 {
		sum = window{}
		for _, w := range c.windows {
			w.up -= frame.Time(o.Drift * float64(w.upAt-c.start))
			w.low -= frame.Time(o.Drift * float64(w.lowAt-c.start))
			sum.merge(&w)
		}
	}
	o.Error = (sum.up - sum.low) / 2
	if o.Error < 0 {
		o.Error = -o.Error
	}
	up, low := c.usual(o.Drift)
	o.At = max(min(low+(up-low)/2, max(sum.up, sum.low)), min(sum.up, sum.low))
	return o
}

// usual returns the bounds without the extreme of one window: a single segment whose time
// was taken late must not move the middle, which all the others tell alike.
func (c *clock) usual(drift float64) (up, low frame.Time) {
	var ups, lows []frame.Time
	for i := range c.windows {
		w := &c.windows[i]
		if w.hasUp {
			ups = append(ups, w.up-frame.Time(drift*float64(w.upAt-c.start)))
		}
		if w.hasLow {
			lows = append(lows, -(w.low - frame.Time(drift*float64(w.lowAt-c.start))))
		}
	}
	return least(ups), -least(lows)
}

// least returns the second least of several times, of few the least.
func least(list []frame.Time) frame.Time {
	const several = 4
	slices.Sort(list)
	if len(list) < several {
		return list[0]
	}
	return list[1]
}

// leastPoints are the windows that a drift must be seen in.
const leastPoints = 8

// drift returns by how much B's clock is faster, if the windows show it beyond doubt:
// the bounds of both directions must move alike, since a queue moves them apart.
func (c *clock) drift() float64 {
	var up, low, middle []point
	for i := range c.windows {
		if w := &c.windows[i]; w.hasUp && w.hasLow {
			u := point{float64(w.upAt - c.start), float64(w.up)}
			l := point{float64(w.lowAt - c.start), float64(w.low)}
			up, low, middle = append(up, u), append(low, l), append(middle, point{(u.t + l.t) / 2, (u.v + l.v) / 2})
		}
	}
	if len(middle) < leastPoints {
		return 0
	}
	m, errM := slope(middle)
	u, errU := slope(up)
	l, errL := slope(low)
	const sure = 4
	if math.Abs(m) < sure*errM || m*u <= 0 || m*l <= 0 || math.Abs(u) < sure*errU || math.Abs(l) < sure*errL {
		return 0
	}
	if math.Abs(u-l) > math.Abs(m)/2 {
		return 0
	}
	return m
}

type point struct{ t, v float64 }

// slope returns that of a line through points (Theil and Sen), and its error: what the
// middle distance from the line makes of the span.
func slope(list []point) (value, err float64) {
	var slopes []float64
	for i := range list {
		for j := range i {
			if dt := list[i].t - list[j].t; dt != 0 {
				slopes = append(slopes, (list[i].v-list[j].v)/dt)
			}
		}
	}
	if len(slopes) == 0 {
		return 0, math.Inf(1)
	}
	value = median(slopes)
	var rest, far []float64
	for _, p := range list {
		rest = append(rest, p.v-value*p.t)
	}
	base, mean := median(slices.Clone(rest)), 0.0
	for i, r := range rest {
		far = append(far, math.Abs(r-base))
		mean += list[i].t / float64(len(list))
	}
	spread := 0.0
	for _, p := range list {
		spread += (p.t - mean) * (p.t - mean)
	}
	const toSigma = 1.4826
	return value, toSigma * median(far) / math.Sqrt(spread)
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
