package slab

import "testing"

// Rows are found again, whether they lie in the first chunk or behind it, and those
// that are given back are handed out again.
func TestSlab(t *testing.T) {
	var s Slab[[64]uint64]
	if s.Used() != 0 || s.Find(0) != nil {
		t.Error("a Slab of nothing has rows")
	}
	at := map[uint32]*[64]uint64{}
	for n := range uint64(1000) {
		i, p := s.Alloc()
		if at[i] != nil || i == 0 {
			t.Fatalf("row %d handed out twice", i)
		}
		p[63] = n
		at[i] = p
		if s.Used() != int(n)+1 {
			t.Fatalf("%d of %d rows used", s.Used(), n+1)
		}
	}
	for i, p := range at {
		if s.At(i) != p || s.Find(i) != p {
			t.Fatalf("row %d moved", i)
		}
		s.Release(i)
	}
	for range 1000 {
		if i, _ := s.Alloc(); at[i] == nil {
			t.Fatalf("row %d handed out where others were given back", i)
		}
	}
	if s.Used() != 1000 {
		t.Errorf("%d rows used", s.Used())
	}
}

// A run keeps its entries when it needs more room.
func TestStore(t *testing.T) {
	s := NewStore[int](1, 3, 10)
	var r Run
	for n := 1; n <= 10; n++ {
		s.Reserve(&r, n)
		r.N++
		s.Of(&r)[n-1] = n
	}
	for i, v := range s.Of(&r) {
		if v != i+1 {
			t.Errorf("entry %d is %d", i, v)
		}
	}
	if s.Room(&r) != 10 {
		t.Errorf("room for %d", s.Room(&r))
	}
	s.Release(&r)
	if r = (Run{}); s.Of(&r) != nil || s.Room(&r) != 0 {
		t.Error("an empty run has room")
	}
}
