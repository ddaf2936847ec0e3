package reassembly

// run is a run of entries in a store. Its zero value is empty and takes no room.
type run struct {
	row  uint32 // index into the slab of its room
	n    uint16 // entries
	room uint8  // which slab of the store, counted from 1; 0 where there is none
}

// store holds runs of different lengths, each in a row of the least room that it
// was found to need.
type store[T any] []slab[T]

// newStore returns a store of rooms for so many entries, in ascending order.
func newStore[T any](rooms ...int) store[T] {
	s := make(store[T], len(rooms))
	for i, n := range rooms {
		s[i].width = uint16(n)
	}
	return s
}

// of returns the entries of r. They stay where they are until r is reserved more.
func (s store[T]) of(r *run) []T {
	if r.room == 0 {
		return nil
	}
	return s[r.room-1].row(r.row)[:r.n]
}

// room returns how many entries r has room for.
func (s store[T]) room(r *run) int {
	if r.room == 0 {
		return 0
	}
	return int(s[r.room-1].width)
}

// reserve makes room for n entries in r, which must not be more than the largest
// room holds.
func (s store[T]) reserve(r *run, n int) {
	if n <= s.room(r) {
		return
	}
	room := r.room
	for int(s[room].width) < n {
		room++
	}
	row, list := s[room].allocRow()
	copy(list, s.of(r))
	s.release(r)
	r.row, r.room = row, room+1
}

// move takes a run from one store to another.
func move[T any](from store[T], r run, to store[T]) (moved run) {
	to.reserve(&moved, int(r.n))
	moved.n = r.n
	copy(to.of(&moved), from.of(&r))
	from.release(&r)
	return moved
}

// release gives the room of r back.
func (s store[T]) release(r *run) {
	if r.room > 0 {
		s[r.room-1].release(r.row)
	}
}
