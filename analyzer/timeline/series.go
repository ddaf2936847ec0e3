package timeline

import (
	"cmp"
	"slices"

	"finwait/analyzer/model"
)

// counts are what a change adds.
type counts struct{ sockets, least, most int32 }

func (c *counts) add(o counts) {
	c.sockets += o.sockets
	c.least += o.least
	c.most += o.most
}

// change is what is added to the counts of a series from a moment on.
type change struct {
	at int64 // the moment, in grains since the epoch
	counts
}

// series is the changes of one state of one group of sockets: a difference array of
// which only the parts that are in use are kept.
type series struct {
	few    []change         // in any order, as long as there are few
	chunks map[int64]*chunk // by their moment divided by chunkSize; nil as long as there are few
	recent [2]struct {      // chunks that were used last
		id int64
		*chunk
	}
	causes []cause

	// last is the latest end of stays with which observation of a connection ended,
	// and what it adds. It is no change yet: at the end of the capture they go on.
	last struct {
		time model.Time
		counts
	}
}

const (
	chunkBits = 5
	chunkSize = 1 << chunkBits
	maxFew    = 64
)

// chunk is the changes of so many moments, one after the other.
type chunk [chunkSize]counts

// cause counts the sockets that came into a state at a moment, by what was found of
// their connections.
type cause struct {
	at   int64
	rule uint16 // by index into the collector's rules
	n    int32
}

// add takes in a change, and returns by how many the room for changes grew.
func (s *series) add(c change) (grown int) {
	if s.chunks != nil {
		return s.spread(c)
	}
	if len(s.few) == cap(s.few) {
		s.few = mergeChanges(s.few)
		switch room := cap(s.few); {
		case len(s.few) > maxFew:
			grown = s.divide() - room
			return grown + s.spread(c)
		case len(s.few) > room/2:
			s.few = slices.Grow(s.few, max(room, 8))
			grown = cap(s.few) - room
		}
	}
	s.few = append(s.few, c)
	return grown
}

// divide makes chunks of changes that are many.
func (s *series) divide() (room int) {
	list := s.few
	s.few, s.chunks = nil, map[int64]*chunk{}
	for _, c := range list {
		room += s.spread(c)
	}
	return room
}

// spread adds a change to its chunk.
func (s *series) spread(c change) (grown int) {
	id := c.at >> chunkBits
	recent := &s.recent[id&1]
	if recent.chunk == nil || recent.id != id {
		of := s.chunks[id]
		if of == nil {
			of = new(chunk)
			s.chunks[id] = of
			grown = chunkSize
		}
		recent.id, recent.chunk = id, of
	}
	recent.chunk[c.at&(chunkSize-1)].add(c.counts)
	return grown
}

// changes returns all changes in time order, no two of the same moment.
func (s *series) changes() []change {
	list := slices.Clone(s.few)
	for id, of := range s.chunks {
		for i, c := range of {
			if c != (counts{}) {
				list = append(list, change{id<<chunkBits + int64(i), c})
			}
		}
	}
	return mergeChanges(list)
}

// coarsen makes k grains one, and returns the room for changes that is left.
func (s *series) coarsen(k int64) (room int) {
	list := s.changes()
	for i := range list {
		list[i].at = ceilDiv(list[i].at, k)
	}
	for i := range s.causes {
		s.causes[i].at = ceilDiv(s.causes[i].at, k)
	}
	s.few, s.chunks, s.causes = slices.Clip(mergeChanges(list)), nil, mergeCauses(s.causes)
	s.recent[0].chunk, s.recent[1].chunk = nil, nil
	if len(s.few) > maxFew {
		return s.divide()
	}
	return cap(s.few)
}

// blame takes in why a socket came into the state.
func (s *series) blame(c cause) {
	if len(s.causes) == cap(s.causes) {
		s.causes = mergeCauses(s.causes)
		if room := cap(s.causes); len(s.causes) > room/2 {
			s.causes = slices.Grow(s.causes, max(room, 8))
		}
	}
	if n := len(s.causes); n > 0 && s.causes[n-1].at == c.at && s.causes[n-1].rule == c.rule {
		s.causes[n-1].n += c.n
		return
	}
	s.causes = append(s.causes, c)
}

// mergeChanges sorts changes and adds up those of the same moment.
func mergeChanges(list []change) []change {
	slices.SortFunc(list, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	out := list[:0]
	for _, c := range list {
		if n := len(out); n > 0 && out[n-1].at == c.at {
			out[n-1].add(c.counts)
			continue
		}
		out = append(out, c)
	}
	return slices.DeleteFunc(out, func(c change) bool { return c.counts == (counts{}) })
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
