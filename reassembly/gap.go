package reassembly

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// A Gap is a time in which a capture was paused, or the host that captured suspended.
type Gap struct {
	frame.Gap
	Busy, Back int  // connections that were busy before it, and how many of them went on
	Suspended  bool // the clock of some host's timestamps stood still meanwhile
}

// ShortestGap is how long nobody at all is captured in a Gap, at least.
const ShortestGap = 10 * time.Second

// gaps looks for them. Nobody at all was captured for long, though many connections had been
// busy, which then go on as if nothing had been; or a host's timestamps (RFC 7323) went on
// from where they had been. Where few connections were busy, or where they do not go on, all
// of them may have been silent.
type gaps struct {
	found  []frame.Gap
	known  bool // they were told before, and none is looked for
	recent []recentSegment
	n      uint32 // segments so far

	pending bool // the silence in open is not yet known to be a gap, or to be none
	open    Gap
	until   frame.Time      // when that is decided, at the latest
	waiting map[uint32]bool // streams that were busy before it and have not gone on; nil where too few were
	clocks  map[clockOf]clock
}

// recentSegment is when a segment of a stream was seen.
type recentSegment struct {
	at     frame.Time
	stream uint32
	tsVal  uint32
	side   uint8
	hasTS  bool
}

// clockOf is whose timestamps a clock runs in.
type clockOf struct {
	stream uint32
	side   uint8
}

// clock is what a host's timestamps showed.
type clock struct {
	first, last     frame.Time
	firstTS, lastTS uint32
}

const (
	recentSegments = 256
	busyWithin     = 5 * time.Second // before the gap, and after it
	manyBusy       = 8               // connections
	mostGaps       = 4096            // that are remembered
	mostHeld       = 1 << 16         // connections that are handed out only when it is decided
)

// see takes in a segment at the latest time so far.
func (t *Tracker) see(stream uint32, s *segment.Segment, side uint8) {
	g := &t.gaps
	if g.pending {
		t.resumes(stream, s, side)
	}
	if g.known || s.Flags.Any(segment.FIN|segment.RST) {
		return // it is not busy any more
	}
	if g.recent == nil {
		g.recent = make([]recentSegment, 0, 16)
	}
	o := recentSegment{t.now, stream, s.Options.TSVal, side, s.Options.HasTimestamps}
	if len(g.recent) < recentSegments {
		g.recent = append(g.recent, o)
	} else {
		g.recent[g.n%recentSegments] = o
	}
	g.n++
}

// pause takes in that nothing was captured until a time, or that it is late enough to say of
// a silence that it was no gap.
func (t *Tracker) pause(at frame.Time) {
	g := &t.gaps
	if g.pending && at > g.until {
		t.decide(false)
	}
	if g.known || at.Sub(t.now) < ShortestGap || len(g.found) == mostGaps {
		return
	}
	t.decide(false)
	g.open = Gap{Gap: frame.Gap{From: t.now, To: at}}
	g.until = at + frame.Time(busyWithin)
	g.findBusy(t.now)
	g.findClocks()
	g.pending = g.waiting != nil || len(g.clocks) > 0
}

// findBusy finds what was busy until the time from.
func (g *gaps) findBusy(from frame.Time) {
	count := map[uint32]int{}
	for i := range g.recent {
		if s := &g.recent[i]; from.Sub(s.at) <= busyWithin {
			count[s.stream]++
		}
	}
	g.waiting = map[uint32]bool{}
	for stream, n := range count {
		if n > 1 { // one segment is no traffic
			g.waiting[stream] = true
		}
	}
	if g.open.Busy = len(g.waiting); g.open.Busy < manyBusy {
		g.waiting = nil
	}
}

// findClocks finds the clocks that ran evenly before.
func (g *gaps) findClocks() {
	g.clocks = map[clockOf]clock{}
	for i := range g.recent { // from the oldest on
		s := &g.recent[(int(g.n)+i)%len(g.recent)]
		if !s.hasTS {
			continue
		}
		c, known := g.clocks[clockOf{s.stream, s.side}]
		if !known {
			c = clock{first: s.at, firstTS: s.tsVal}
		}
		c.last, c.lastTS = s.at, s.tsVal
		g.clocks[clockOf{s.stream, s.side}] = c
	}
	for of, c := range g.clocks {
		if c.rate() == 0 {
			delete(g.clocks, of)
		}
	}
}

// rate returns how many ticks a second the clock makes, if it is one of those that kernels
// have, and was watched for long enough to say so; else 0.
func (c *clock) rate() float64 {
	const watched = 200 * time.Millisecond
	during := c.last.Sub(c.first)
	if during < watched {
		return 0
	}
	rate := float64(c.lastTS-c.firstTS) / during.Seconds()
	for _, known := range [...]float64{100, 250, 1000} {
		if rate > 0.9*known && rate < 1.1*known {
			return known
		}
	}
	return 0
}

// stoodStill reports whether the clock stood still for half of the time until it is at a
// value.
func (c *clock) stoodStill(value uint32, at frame.Time) bool {
	ticks := int32(value - c.lastTS)
	return ticks >= 0 && float64(ticks) < at.Sub(c.last).Seconds()*c.rate()/2
}

// resumes takes in who goes on after a silence. It was a gap when half of those do who had
// been busy, or when a clock stood still.
func (t *Tracker) resumes(stream uint32, s *segment.Segment, side uint8) {
	g := &t.gaps
	if c, ok := g.clocks[clockOf{stream, side}]; ok && s.Options.HasTimestamps && !s.Flags.Any(segment.SYN|segment.RST) {
		if c.stoodStill(s.Options.TSVal, t.now) {
			g.open.Suspended = true
			t.decide(true)
			return
		}
		delete(g.clocks, clockOf{stream, side})
	}
	if g.waiting[stream] && !s.Flags.Any(segment.SYN|segment.RST) {
		delete(g.waiting, stream)
		g.open.Back++
	}
	switch {
	case g.waiting != nil && 2*g.open.Back >= g.open.Busy:
		t.decide(true)
	case g.waiting == nil && len(g.clocks) == 0:
		t.decide(false)
	}
}

// decide says whether the silence that is pending was a gap, and hands out what waited for
// that.
func (t *Tracker) decide(is bool) {
	g := &t.gaps
	if !g.pending {
		return
	}
	g.pending, g.waiting, g.clocks = false, nil, nil
	if is {
		g.found = append(g.found, g.open.Gap)
		if t.cfg.OnGap != nil {
			t.cfg.OnGap(g.open)
		}
	}
	held := t.held
	t.held = nil
	for i := range held {
		t.deliver(&held[i])
	}
}

// Gaps tells, before the first packet, the gaps of the capture that this one was taken from,
// in order: no others are looked for.
func (t *Tracker) Gaps(list []frame.Gap) {
	t.gaps.found, t.gaps.known = list[:min(len(list), mostGaps)], true
}

// during returns those gaps that lie between two times, at least in part.
func (g *gaps) during(from, until frame.Time) []frame.Gap {
	list := g.found
	for len(list) > 0 && list[0].To <= from {
		list = list[1:]
	}
	for n := len(list); n > 0 && list[n-1].From >= until; n-- {
		list = list[:n-1]
	}
	return list[:len(list):len(list)]
}
