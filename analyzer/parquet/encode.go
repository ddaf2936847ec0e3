package parquet

import (
	"encoding/binary"
	"math/bits"
)

// appendHybrid appends values of width bits as runs and bit-packed groups of eight
// ("RLE/Bit-Packing Hybrid", encoding 3), without a length before them.
func appendHybrid[T uint8 | uint32](dst []byte, values []T, width int) []byte {
	from := 0 // of what is to be bit-packed
	for i := 0; i < len(values); {
		end := i + 1
		for end < len(values) && values[end] == values[i] {
			end++
		}
		if whole := (i - from + 7) / 8 * 8; end-from-whole >= 8 { // a run, even where the groups before it take some of it
			dst = appendPacked(dst, values[from:from+whole], width)
			dst = binary.AppendUvarint(dst, uint64(end-from-whole)<<1)
			for shift := 0; shift < width; shift += 8 {
				dst = append(dst, byte(values[i]>>shift))
			}
			from = end
		}
		i = end
	}
	return appendPacked(dst, values[from:], width)
}

// appendPacked appends values in groups of eight, the last filled up with zeros.
func appendPacked[T uint8 | uint32](dst []byte, values []T, width int) []byte {
	if len(values) == 0 {
		return dst
	}
	groups := (len(values) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	held, n := uint64(0), 0
	for i := range groups * 8 {
		if i < len(values) {
			held |= uint64(values[i]) << n
		}
		for n += width; n >= 8; n -= 8 {
			dst = append(dst, byte(held))
			held >>= 8
		}
	}
	return dst
}

// appendLevels appends levels as a data page of version 1 has them; levels that can be
// nothing but 0 are left out.
func appendLevels(dst []byte, levels []uint8, most uint8) []byte {
	if most == 0 {
		return dst
	}
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = appendHybrid(dst, levels, bits.Len8(most))
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// appendBits appends booleans, eight in an octet.
func appendBits(dst []byte, values []bool) []byte {
	for i, v := range values {
		if i%8 == 0 {
			dst = append(dst, 0)
		}
		if v {
			dst[len(dst)-1] |= 1 << (i % 8)
		}
	}
	return dst
}
