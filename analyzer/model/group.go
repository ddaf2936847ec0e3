package model

import (
	"net/netip"
	"slices"
)

// Group is what one rule found on the connections of one server, for a rule to
// put into words. It holds at least two connections.
type Group struct {
	Server      string // "ip:port"; "" for what is left of many servers
	Connections int64
	First       Finding // the first of them

	// Side counts the connections by whom the finding is about.
	Side Sides[int64]

	Took Spread // the durations of the findings

	// Closed is from the first segment of a connection whose opening was
	// captured to its first FIN, or the RST that ended it.
	Closed Spread

	// HalfClosed is from the first FIN to the other side's, or the RST that came
	// instead; where either did come.
	HalfClosed Spread

	HalfBytes int64 // payload of the other side after the first FIN
	Resets    int64 // connections on which the RST that counts came from the side that closed first
	Unheard   int64 // connections on which the server had said nothing before the first FIN
	Open      int64 // connections that the other side had not closed when observation ended

	Clients      int64      // different addresses
	ClientsExact bool       // else Clients is an estimate
	Client       netip.Addr // valid iff there is but one
	Began        Spread     // of the connections, since the first of them

	Timers []Timer // of this server
}

// Spread is how durations lie.
type Spread struct {
	N                 int64
	Low, Median, High Seconds // valid iff N > 0
}

// TimersOf returns the server's timers of one kind.
func (g *Group) TimersOf(kind TimerKind) []Timer {
	return slices.DeleteFunc(slices.Clone(g.Timers), func(t Timer) bool { return t.Kind != kind })
}
