package model

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Where connections that had begun one after another all end within moments, one event ended
// them: a kill, a restart, a reload, a closed listener. A cause of each, such as a timeout, would
// have left their ends as far apart as their beginnings.

// lifetime is when a connection began, and when one side closed it first.
type lifetime struct {
	lot          uint64
	began, ended Seconds // since the epoch
}

func (l lifetime) compare(o lifetime) int {
	return cmp.Or(cmp.Compare(l.lot, o.lot), cmp.Compare(l.ended, o.ended), cmp.Compare(l.began, o.began))
}

// live keeps l if its connection drew one of the least lots.
func (g *gathered) live(l lifetime) { g.lives = KeepLeast(g.lives, l, maxSampling, lifetime.compare) }

// endedAtOnce are the rules of whose findings it is told that they came at one instant: one side
// ended the connection, and why does not show on it.
var endedAtOnce = map[string]bool{
	"FIN201": true, "FIN206": true, "FIN207": true, "FIN211": true, "FIN301": true, "FIN307": true, "FIN308": true,
}

const (
	fewestAtOnce = 3                     // connections
	betweenEnds  = 10 * time.Millisecond // from one end to the next of the same event, at most
)

// atOnce words the instant at which most connections of a group ended; "" where there was none.
func (g *gathered) atOnce() string {
	if !endedAtOnce[g.Rule] {
		return ""
	}
	list := slices.Clone(g.lives)
	slices.SortFunc(list, func(a, b lifetime) int { return cmp.Or(cmp.Compare(a.ended, b.ended), cmp.Compare(a.began, b.began)) })
	for from, to := 0, 0; from < len(list); from = to {
		first, last := list[from].began, list[from].began
		for to = from; to < len(list) && (to == from || list[to].ended-list[to-1].ended <= Seconds(betweenEnds)); to++ {
			first, last = min(first, list[to].began), max(last, list[to].began)
		}
		within, n := list[to-1].ended-list[from].ended, to-from
		if n < fewestAtOnce || 2*n <= len(list) || 4*within > last-first {
			continue
		}
		who := fmt.Sprintf("%d of them", n)
		switch {
		case g.Connections > maxSampling: // of the others nothing is known
			of := fmt.Sprint(n)
			if n == len(list) {
				of = "all"
			}
			who = fmt.Sprintf("Of a sample of %d, %s", len(list), of)
		case int64(n) == g.Connections:
			who = fmt.Sprintf("All %d", n)
		}
		why := "one event ended them (a reload, a restart, a kill, a listener that was closed), not a timer of each"
		if g.Rule == "FIN207" { // whose message names the causes
			why = "one event ended them, not a timer or a limit of each"
		}
		if g.Rule == "FIN206" {
			why = "one event ended them (a reload, a restart), or an idle timeout that is looked at only now and then"
		}
		return fmt.Sprintf(" %s ended within %s, though they had begun up to %s apart: %s.", who, within.Words(), (last - first).Words(), why)
	}
	return ""
}
