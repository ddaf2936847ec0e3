package conn

import (
	"time"

	"finwait/reassembly/frame"
)

// KnownUntil returns until when it is known what happened since a time: until the first gap,
// or until the end.
func (c *Conn) KnownUntil(since, end frame.Time) frame.Time {
	for _, g := range c.from.Gaps {
		if g.To > since && g.From < end {
			return max(since, g.From)
		}
	}
	return end
}

// Known returns for how long after a time it is known what happened, to the end at most.
func (c *Conn) Known(since, end frame.Time) time.Duration { return c.KnownUntil(since, end).Sub(since) }

// Gap reports whether a gap lies between two times, or a part of one.
func (c *Conn) Gap(since, end frame.Time) bool { return c.KnownUntil(since, end) != end }

// unlessGap returns how long it was from one time to another, and the bound of that: what
// ended it was perhaps captured late, after a gap.
func (c *Conn) unlessGap(since, end frame.Time, b Bound) (time.Duration, Bound) {
	if b == ExactBound && c.Gap(since, end) {
		b = AtMost
	}
	return end.Sub(since), b
}
