//go:build record

package main

import (
	"slices"
	"strings"
	"time"
)

// An arrival is a frame with TCP in it as the bridge read it.
type arrival struct {
	toServer bool
	in       time.Time
	ip       []byte
}

// A carried is what the bridge did with one segment: all of an arrival, or the
// part of a large one that is a frame on the wire.
type carried struct {
	from    *arrival
	seq     uint32
	payload int
	notes   []string // what middleboxes did, in their order
	sent    []*sent  // nothing for what was dropped
}

// A sent is a frame that the bridge wrote.
type sent struct {
	toServer bool
	forged   bool
	ip       []byte
	out      time.Time // zero until then
	err      error     // it could not be written, which leaves it lost
}

func (c *carried) note(what string) {
	if !slices.Contains(c.notes, what) {
		c.notes = append(c.notes, what)
	}
}

// did is what the bridge did beyond carrying the segment, in words divided by
// commas.
func (c *carried) did() string { return strings.Join(c.notes, ",") }

// writtenOrder returns what the bridge wrote, in the order of that.
func writtenOrder(log []*carried) []*sent {
	var order []*sent
	for _, c := range log {
		for _, s := range c.sent {
			if s.err == nil && !s.out.IsZero() {
				order = append(order, s)
			}
		}
	}
	slices.SortStableFunc(order, func(x, y *sent) int { return x.out.Compare(y.out) })
	return order
}

// logged returns the log so far. What waits to be sent counts as lost.
func (b *bridge) logged() []*carried {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.log)
}
