package slab

import "finwait/reassembly/codec"

// Decode reads a part that there may be (codec.AppendPart) into a row of s; 0 and nil
// where there is none.
func (s *Slab[T]) Decode(d *codec.Decoder, t *codec.Type[T]) (i uint32, v *T) {
	if d.Number(1) == 0 {
		return 0, nil
	}
	i, v = s.Alloc()
	if codec.Value(d, t, v); d.Err != nil {
		s.Release(i)
		return 0, nil
	}
	return i, v
}
