package slab

// Run is a run of entries in a store. Its zero value is empty and takes no room.
type Run struct {
	row  uint32 // index into the slab of its room
	N    uint16 // entries
	room uint8  // which slab of the store, counted from 1; 0 where there is none
}

// Store holds runs of different lengths, each in a row of the least room that it
// was found to need.
type Store[T any] []Slab[T]

// NewStore returns a store of rooms for so many entries, in ascending order.
func NewStore[T any](rooms ...int) Store[T] {
	s := make(Store[T], len(rooms))
	for i, n := range rooms {
		s[i].width = uint16(n)
	}
	return s
}

// Of returns the entries of r. They stay where they are until r is reserved more.
func (s Store[T]) Of(r *Run) []T {
	if r.room == 0 {
		return nil
	}
	return s[r.room-1].Row(r.row)[:r.N]
}

// Last returns the last entry of r, which must have one.
func (s Store[T]) Last(r *Run) *T { return s[r.room-1].entry(r.row, uint32(r.N)-1) }

// ReadAhead is Slab.ReadAhead for the entries of r.
func (s Store[T]) ReadAhead(r *Run) uint64 { return readAhead(s.Of(r)) }

// Room returns how many entries r has room for.
func (s Store[T]) Room(r *Run) int {
	if r.room == 0 {
		return 0
	}
	return int(s[r.room-1].width)
}

// Reserve makes room for n entries in r, which must not be more than the largest
// Room holds.
func (s Store[T]) Reserve(r *Run, n int) {
	if n <= s.Room(r) {
		return
	}
	room := r.room
	for int(s[room].width) < n {
		room++
	}
	row, list := s[room].AllocRow()
	copy(list, s.Of(r))
	s.Release(r)
	r.row, r.room = row, room+1
}

// Release gives the room of r back.
func (s Store[T]) Release(r *Run) {
	if r.room > 0 {
		s[r.room-1].Release(r.row)
	}
}
