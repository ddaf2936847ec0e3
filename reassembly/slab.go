package reassembly

// slab is a growing table of T that never moves its entries, so a pointer into
// it stays good until the entry is freed, and growing copies nothing. T should
// hold no pointers: then the collector has nothing to walk. Indices start at 1;
// 0 means none.
type slab[T any] struct {
	chunks [][]T
	free   []uint32
	used   uint32 // highest index handed out so far
}

const slabChunk = 256 // entries per chunk

// at returns entry i, which must have been handed out by alloc.
func (s *slab[T]) at(i uint32) *T { return &s.chunks[(i-1)/slabChunk][(i-1)%slabChunk] }

// find returns entry i, or nil where i is 0.
func (s *slab[T]) find(i uint32) *T {
	if i == 0 {
		return nil
	}
	return s.at(i)
}

// alloc hands out an entry. It holds whatever its last user left in it.
func (s *slab[T]) alloc() (uint32, *T) {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return i, s.at(i)
	}
	if s.used%slabChunk == 0 {
		s.chunks = append(s.chunks, make([]T, slabChunk))
	}
	s.used++
	return s.used, s.at(s.used)
}

// release gives entry i back; 0 is ignored.
func (s *slab[T]) release(i uint32) {
	if i != 0 {
		s.free = append(s.free, i)
	}
}
