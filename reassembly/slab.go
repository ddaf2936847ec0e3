package reassembly

import (
	"math/bits"
	"unsafe"
)

// slab is a growing table of rows of T that never moves its entries, so a pointer
// into it stays good until the row is released, and growing copies nothing. T
// should hold no pointers: then the collector has nothing to walk. Indices start
// at 1; 0 means none.
type slab[T any] struct {
	chunks [][]T
	free   []uint32
	used   uint32 // highest index handed out so far
	width  uint16 // entries per row; 0 stands for 1
	shift  uint8  // a chunk holds 1 << shift rows
}

// slabChunk is how large a chunk is at most, in octets.
const slabChunk = 128 << 10

// at returns row i of one entry, which must have been handed out by alloc.
func (s *slab[T]) at(i uint32) *T {
	i--
	return &s.chunks[i>>(s.shift&31)][i&(1<<(s.shift&31)-1)]
}

// row returns row i, which must have been handed out by alloc.
func (s *slab[T]) row(i uint32) []T {
	i--
	w := uint32(s.width)
	from := i & (1<<(s.shift&31) - 1) * w
	return s.chunks[i>>(s.shift&31)][from : from+w : from+w]
}

// find returns row i of one entry, or nil where i is 0.
func (s *slab[T]) find(i uint32) *T {
	if i == 0 {
		return nil
	}
	return s.at(i)
}

// alloc hands out a row of one entry. It holds whatever its last user left in it.
func (s *slab[T]) alloc() (uint32, *T) {
	i := s.take()
	return i, s.at(i)
}

// allocRow hands out a row.
func (s *slab[T]) allocRow() (uint32, []T) {
	i := s.take()
	return i, s.row(i)
}

func (s *slab[T]) take() (i uint32) {
	if n := len(s.free); n > 0 {
		i = s.free[n-1]
		s.free = s.free[:n-1]
		return i
	}
	if s.used&(1<<s.shift-1) == 0 {
		s.grow()
	}
	s.used++
	return s.used
}

// grow adds a chunk.
func (s *slab[T]) grow() {
	width := max(int(s.width), 1)
	if s.used == 0 {
		var entry T
		rows := max(slabChunk/(width*int(unsafe.Sizeof(entry))), 1)
		s.shift = uint8(bits.Len(uint(rows)) - 1)
	}
	s.chunks = append(s.chunks, make([]T, width<<s.shift))
}

// release gives row i back; 0 is ignored.
func (s *slab[T]) release(i uint32) {
	if i != 0 {
		s.free = append(s.free, i)
	}
}
