package tally

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"finwait/analyzer/model"
)

// Where connections that had begun one after another all end within moments, one event ended
// them: a kill, a restart, a reload, a closed listener. A cause of each, such as a timeout, would
// have left their ends as far apart as their beginnings.

// lifetime is when a connection began, and when one side closed it first.
type lifetime struct {
	lot          uint64
	began, ended model.Seconds // since the epoch
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

// closesOthers reports whether all of a group are connections that the server closed first
// although something was lost.
func (g *gathered) closesOthers() bool {
	return g.Rule == "FIN211" || g.Rule == "FIN207" && g.side.Server == 0
}

// atOnce words the instant at which most connections of a group ended; "" where there was none.
// others are what else the server closed.
func (g *gathered) atOnce(others *spared) string {
	if !endedAtOnce[g.Rule] {
		return ""
	}
	if !g.closesOthers() {
		others = nil
	}
	list := slices.Clone(g.lives)
	slices.SortFunc(list, func(a, b lifetime) int { return cmp.Or(cmp.Compare(a.ended, b.ended), cmp.Compare(a.began, b.began)) })
	var few instant
	for from, to := 0, 0; from < len(list); from = to {
		var ends instant
		for to = from; to < len(list) && (to == from || list[to].ended-list[to-1].ended <= model.Seconds(betweenEnds)); to++ {
			ends.add(list[to])
		}
		if few = ends; 2*ends.n > len(list) && ends.isEvent() {
			return fmt.Sprintf(" %s ended within %s, though they had begun up to %s apart: %s.",
				g.share(ends.n), (ends.last-ends.first).Words(), (ends.until-ends.began).Words(), g.event()) + others.alsoClosed(&ends)
		}
	}
	if few.n == len(list) && few.n < fewestAtOnce {
		return others.beside(&few)
	}
	return ""
}

// share words n of the connections whose ends were kept.
func (g *gathered) share(n int) string {
	switch {
	case g.Connections > maxSampling && n == len(g.lives): // of the others nothing is known
		return fmt.Sprintf("Of a sample of %d, all", n)
	case g.Connections > maxSampling:
		return fmt.Sprintf("Of a sample of %d, %d", len(g.lives), n)
	case int64(n) == g.Connections:
		return fmt.Sprintf("All %d", n)
	}
	return fmt.Sprintf("%d of them", n)
}

// event says what ended the connections of a group at once.
func (g *gathered) event() string {
	switch {
	case g.Rule == "FIN206", g.Rule == "FIN207" && g.took.low >= model.Seconds(time.Second):
		return "one event ended them (a reload, a restart), or an idle timeout that is looked at only now and then"
	case g.Rule == "FIN207": // whose message names the causes
		return "one event ended them, not a timer or a limit of each"
	case g.Rule == "FIN201": // the client did
		return "one event ended them (a restart, a kill, a deadline that all share), not a timer of each"
	}
	return "one event ended them (a reload, a restart, a kill, a listener that was closed), not a timer of each"
}
