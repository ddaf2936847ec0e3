package timeline

import (
	"cmp"
	"slices"

	"finwait/analyzer"
)

// change is what is added to the counts of a series from a moment on.
type change struct {
	at                   int64 // the moment, in grains since the epoch
	sockets, least, most int32
}

// series is the changes of one state of one group of sockets: a difference array of
// which only what is not zero is kept.
type series struct {
	changes []change
	causes  []cause

	// last is the latest end of stays with which observation of a connection ended,
	// and what it adds. It is no change yet: at the end of the capture they go on.
	last struct {
		time analyzer.Time
		change
	}
}

// cause counts the sockets that came into a state at a moment, by what was found of
// their connections.
type cause struct {
	at   int64
	rule uint16 // by index into the collector's rules
	n    int32
}

// firstRoom is how many changes a series begins with.
const firstRoom = 16

// add takes in a change, and returns by how much the memory grew.
func (s *series) add(c change) (grown int) {
	if len(s.changes) == cap(s.changes) {
		s.changes = mergeChanges(s.changes)
		if room := cap(s.changes); len(s.changes) > room/2 {
			s.changes = slices.Grow(s.changes, max(room, firstRoom))
			grown = cap(s.changes) - room
		}
	}
	s.changes = append(s.changes, c)
	return grown
}

// blame takes in why a socket came into the state.
func (s *series) blame(c cause) {
	if len(s.causes) == cap(s.causes) {
		s.causes = mergeCauses(s.causes)
		if room := cap(s.causes); len(s.causes) > room/2 {
			s.causes = slices.Grow(s.causes, max(room, firstRoom))
		}
	}
	s.causes = append(s.causes, c)
}

// coarsen makes k grains one.
func (s *series) coarsen(k int64) {
	for i := range s.changes {
		s.changes[i].at = ceilDiv(s.changes[i].at, k)
	}
	for i := range s.causes {
		s.causes[i].at = ceilDiv(s.causes[i].at, k)
	}
	s.changes, s.causes = mergeChanges(s.changes), mergeCauses(s.causes)
}

// take takes in what another series holds.
func (s *series) take(o *series) {
	s.changes = append(s.changes, o.changes...)
	s.causes = append(s.causes, o.causes...)
	s.coarsen(1)
}

// mergeChanges sorts changes and adds up those of the same moment.
func mergeChanges(list []change) []change {
	slices.SortFunc(list, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	out := list[:0]
	for _, c := range list {
		if n := len(out); n > 0 && out[n-1].at == c.at {
			out[n-1].sockets += c.sockets
			out[n-1].least += c.least
			out[n-1].most += c.most
			continue
		}
		out = append(out, c)
	}
	return slices.DeleteFunc(out, func(c change) bool { return c.sockets == 0 && c.least == 0 && c.most == 0 })
}

// mergeCauses sorts causes and adds up those of the same moment and rule.
func mergeCauses(list []cause) []cause {
	slices.SortFunc(list, func(a, b cause) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rule, b.rule)) })
	out := list[:0]
	for _, c := range list {
		if n := len(out); n > 0 && out[n-1].at == c.at && out[n-1].rule == c.rule {
			out[n-1].n += c.n
			continue
		}
		out = append(out, c)
	}
	return out
}
