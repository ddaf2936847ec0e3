package parquet

import (
	"encoding/binary"
	"slices"
)

// hybrid undoes runs and bit-packed groups and appends n numbers of width bits, which are
// 32 at most.
func hybrid[T uint8 | uint32](dst []T, b []byte, width, n int) (_ []T, ok bool) {
	dst = slices.Grow(dst, n)
	left := n
	for left > 0 {
		head, k := binary.Uvarint(b)
		if k <= 0 {
			return dst, false
		}
		b = b[k:]
		if head&1 == 0 {
			octets := (width + 7) / 8
			if len(b) < octets || head>>1 == 0 {
				return dst, false
			}
			v := T(0)
			for i := range octets {
				v |= T(b[i]) << (8 * i)
			}
			b = b[octets:]
			run := int(min(head>>1, uint64(left)))
			for range run {
				dst = append(dst, v)
			}
			left -= run
			continue
		}
		groups := head >> 1
		if groups == 0 || groups > 1<<31 || groups*uint64(width) > uint64(len(b)) { // more groups than there are values are padding
			return dst, false
		}
		take := int(min(8*groups, uint64(left)))
		held, have := uint64(0), 0
		at := 0
		for range take {
			for have < width {
				held |= uint64(b[at]) << have
				at, have = at+1, have+8
			}
			dst = append(dst, T(held&(1<<width-1)))
			held, have = held>>width, have-width
		}
		b = b[groups*uint64(width):]
		left -= take
	}
	return dst, true
}

// delta takes n integers of DELTA_BINARY_PACKED.
func (l *leaf) delta(b []byte, n int) (ok bool) {
	t := &thriftReader{b: b}
	block, minis, count, last := t.unsigned(), t.unsigned(), t.unsigned(), t.signed()
	if t.bad || count != uint64(n) || minis == 0 || block > 1<<20 || block%minis != 0 || block/minis%8 != 0 {
		return false
	}
	if n == 0 {
		return true
	}
	each := int(block / minis)
	if each == 0 {
		return false
	}
	l.ints = append(l.ints, last*l.scale)
	for left := n - 1; left > 0; {
		least := t.signed()
		if t.bad || uint64(len(t.b)) < minis {
			return false
		}
		widths := t.b[:minis]
		t.b = t.b[minis:]
		for _, width := range widths {
			if left == 0 {
				break
			}
			octets := each / 8 * int(width)
			if width > 64 || octets > len(t.b) {
				return false
			}
			take := min(each, left)
			for i := range take {
				last += least + int64(bitsAt(t.b[:octets], i*int(width), int(width)))
				l.ints = append(l.ints, last*l.scale)
			}
			t.b, left = t.b[octets:], left-take
		}
	}
	return true
}

// bitsAt returns width bits of b, the lowest first, from bit at on.
func bitsAt(b []byte, at, width int) (v uint64) {
	for have := 0; have < width; {
		shift := (at + have) % 8
		v |= uint64(b[(at+have)/8]>>shift) << have
		have += 8 - shift
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}
