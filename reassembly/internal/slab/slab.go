// Package slab has tables of rows that never move, which hold no pointers and whose
// indices take the place of pointers.
package slab

import (
	"math/bits"
	"unsafe"
)

// Slab is a growing table of rows of T that never moves its entries, so a pointer
// into it stays good until the row is released, and growing copies nothing. T
// should hold no pointers: then the collector has nothing to walk. Indices start
// at 1, and leave some out; 0 means none. A Slab of few rows is small: the first chunk
// has few.
type Slab[T any] struct {
	chunks [][]T
	free   []uint32
	used   uint32 // highest index handed out so far
	width  uint16 // entries per row; 0 stands for 1
	shift  uint8  // a chunk holds 1 << shift rows
}

// slabChunk is how large a chunk is at most, in octets.
const slabChunk = 128 << 10

// At returns row i of one entry, which must have been handed out by Alloc.
func (s *Slab[T]) At(i uint32) *T {
	i--
	return &s.chunks[i>>(s.shift&31)][i&(1<<(s.shift&31)-1)]
}

// Row returns row i, which must have been handed out by Alloc.
func (s *Slab[T]) Row(i uint32) []T {
	i--
	w := max(uint32(s.width), 1)
	from := i & (1<<(s.shift&31) - 1) * w
	return s.chunks[i>>(s.shift&31)][from : from+w : from+w]
}

// entry returns entry n of row i.
func (s *Slab[T]) entry(i, n uint32) *T {
	i--
	return &s.chunks[i>>(s.shift&31)][i&(1<<(s.shift&31)-1)*uint32(s.width)+n]
}

// few is how many rows the first chunk holds. The indices of those that it lacks are
// never handed out, so that finding a row is the same in all chunks.
const few = 4

// Used returns how many rows were ever in use at a time.
func (s *Slab[T]) Used() int {
	if left := 1<<s.shift - few; s.used > few && left > 0 {
		return int(s.used) - left
	}
	return int(s.used)
}

// Find returns row i of one entry, or nil where i is 0.
func (s *Slab[T]) Find(i uint32) *T {
	if i == 0 {
		return nil
	}
	return s.At(i)
}

// Alloc hands out a row of one entry. It holds whatever its last user left in it.
func (s *Slab[T]) Alloc() (uint32, *T) {
	i := s.index()
	return i, s.At(i)
}

// AllocRow hands out a row.
func (s *Slab[T]) AllocRow() (uint32, []T) {
	i := s.index()
	return i, s.Row(i)
}

func (s *Slab[T]) index() (i uint32) {
	if n := len(s.free); n > 0 {
		i = s.free[n-1]
		s.free = s.free[:n-1]
		return i
	}
	if s.used == few {
		s.used = max(s.used, 1<<s.shift)
	}
	if s.used&(1<<s.shift-1) == 0 {
		s.grow()
	}
	s.used++
	return s.used
}

// grow adds a chunk.
func (s *Slab[T]) grow() {
	width := max(int(s.width), 1)
	if s.used > 0 {
		s.chunks = append(s.chunks, make([]T, width<<s.shift))
		return
	}
	var entry T
	rows := max(slabChunk/(width*int(unsafe.Sizeof(entry))), 1)
	s.shift = uint8(bits.Len(uint(rows)) - 1)
	s.chunks = append(s.chunks, make([]T, width*min(few, 1<<s.shift)))
}

// ReadAhead loads row i into the caches of the processor, which does not wait for it
// before it goes on to the next; 0 is ignored. The result means nothing: it keeps the
// compiler from leaving the reads out.
func (s *Slab[T]) ReadAhead(i uint32) uint64 {
	if i == 0 {
		return 0
	}
	return readAhead(s.Row(i))
}

// readAhead reads an octet of each line that a list lies in.
func readAhead[T any](list []T) (sum uint64) {
	const line = 64
	octets := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(list))), uintptr(len(list))*unsafe.Sizeof(*new(T)))
	for i := 0; i < len(octets); i += line {
		sum += uint64(octets[i])
	}
	return sum
}

// Release gives row i back; 0 is ignored.
func (s *Slab[T]) Release(i uint32) {
	if i != 0 {
		s.free = append(s.free, i)
	}
}
