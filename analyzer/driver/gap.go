package driver

import (
	"bytes"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// gap is a time in which a capture was paused, or the host that captured suspended.
type gap struct {
	length     time.Duration
	at         int // the first packet after it
	in         *input
	busy, back int // connections that were busy before it, and how many of them went on
}

// gaps looks for them: nobody at all was captured for long, though many connections had been
// busy, which then go on as if nothing had been. Where few connections were busy, or where they
// do not go on, all of them may have been silent.
type gaps struct {
	last   capture.Time // of the latest packet, of any protocol
	begun  bool
	recent [recentSegments]sighting
	n      int // segments so far

	open    gap // one that is not yet confirmed
	until   capture.Time
	waiting map[connEnds]bool // those that were busy before it and have not gone on
}

// sighting is when a connection was seen.
type sighting struct {
	ends connEnds
	at   capture.Time
}

// connEnds are both ends of a connection, the smaller first.
type connEnds [2]segment.Endpoint

const (
	recentSegments = 512
	shortestGap    = 10 * time.Second
	busyWithin     = 5 * time.Second // before the gap, and after it
	manyBusy       = 8               // connections
	mostGaps       = 64              // of a file that are remembered
)

// pass takes a packet of an input.
func (g *gaps) pass(in *input, number int, at capture.Time) {
	if g.begun && at.Sub(g.last) >= shortestGap {
		g.begin(in, number, at)
	}
	g.begun, g.last = true, max(g.last, at)
}

// begin takes in that nothing was captured until at.
func (g *gaps) begin(in *input, number int, at capture.Time) {
	count := map[connEnds]int{}
	for i := range min(g.n, recentSegments) {
		if s := &g.recent[i]; g.last.Sub(s.at) <= busyWithin {
			count[s.ends]++
		}
	}
	g.waiting = map[connEnds]bool{}
	for ends, n := range count {
		if n > 1 { // one segment is no traffic
			g.waiting[ends] = true
		}
	}
	g.open = gap{length: at.Sub(g.last), at: number, in: in, busy: len(g.waiting)}
	g.until = at + capture.Time(busyWithin)
	if g.open.busy < manyBusy {
		g.waiting = nil
	}
}

// add takes a segment, of which pass had the time.
func (g *gaps) add(s *segment.Segment, at capture.Time) {
	ends := connEnds{s.Src, s.Dst}
	if s.Dst.Port < s.Src.Port || s.Dst.Port == s.Src.Port && bytes.Compare(s.Dst.Addr[:], s.Src.Addr[:]) < 0 {
		ends = connEnds{s.Dst, s.Src}
	}
	if g.waiting != nil {
		g.confirm(ends, s, at)
	}
	if s.Flags.Any(segment.FIN | segment.RST) {
		return // it is not busy any more
	}
	g.recent[g.n%recentSegments] = sighting{ends, at}
	g.n++
}

// confirm takes in who goes on after a gap: it is one when half of them do.
func (g *gaps) confirm(ends connEnds, s *segment.Segment, at capture.Time) {
	if at > g.until {
		g.waiting = nil
		return
	}
	if g.waiting[ends] && !s.Flags.Any(segment.SYN|segment.RST) {
		delete(g.waiting, ends)
		g.open.back++
	}
	if 2*g.open.back >= g.open.busy {
		if in := g.open.in; len(in.gaps) < mostGaps {
			in.gaps = append(in.gaps, g.open)
		}
		g.waiting = nil
	}
}
