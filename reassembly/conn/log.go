package conn

import "finwait/reassembly/internal/slab"

// The log of a connection moves to the next larger room when it needs more. From
// thinRoom on what is neither essential nor recent is dropped first.
const (
	thinRoom    = 16
	manyEntries = 96
	recent      = 6 // inessential entries that survive a thinning
)

// logs holds the logs of all connections: every segment is appended, and when the
// room is used up all go that are neither essential nor recent.
type logs struct{ slab.Store[entry] }

func newLogs() logs { return logs{slab.NewStore[entry](1, 2, 3, 4, 7, 10, thinRoom, 32, manyEntries)} }

// add appends an entry and returns its place.
func (s logs) add(log *slab.Run) *entry {
	if int(log.N) == s.Room(log) {
		s.makeRoom(log)
	}
	log.N++
	return s.Last(log)
}

// makeRoom drops what is neither essential nor recent, and takes a larger room
// where that frees too little. In the largest room the middle goes: the first
// third shows how it began, the last third how it ended.
func (s logs) makeRoom(log *slab.Run) {
	if log.N != thinRoom && log.N != manyEntries {
		s.Reserve(log, int(log.N)+1)
		return
	}
	room := s.Room(log)
	log.N = uint16(thin(s.Of(log)))
	switch {
	case int(log.N) <= room*3/4:
	case room < manyEntries:
		s.Reserve(log, room+1)
	default:
		const third = manyEntries / 3
		list := s.Of(log)
		kept := third
		for _, g := range list[third : 2*third] {
			if g.firstFIN() {
				list[kept] = g
				kept++
			}
		}
		log.N = uint16(kept + copy(list[kept:], list[2*third:]))
	}
}

// thin moves the essential and recent entries to the front and returns how many there
// are.
func thin(list []entry) int {
	kept, from := 0, len(list)-recent
	for i := range list {
		if i >= from || list[i].essential() {
			list[kept] = list[i]
			kept++
		}
	}
	return kept
}
