package parquet

import (
	"encoding/binary"
	"math/bits"
)

const (
	// mostIntegers is how many different integers a dictionary may have.
	mostIntegers = 256
	integerSlots = 1024 // of its hash table: a power of two, much more

	deltaBlock = 128 // values ("Delta Encoding")
	deltaMini  = 32  // values of a miniblock
)

// integers is a dictionary of few integers, made when a column is written. Most columns
// of counters are the same throughout: without it zstd reads four times as much, which
// takes 5 % more of the processor time of the whole run.
type integers struct {
	slots   [integerSlots]struct{ value, entry uint64 } // entry is its index plus 1
	entries []uint64
	index   []uint32
}

// of looks for a dictionary of values; ok is false where they are too many.
func (d *integers) of(values []uint64) (ok bool) {
	clear(d.slots[:])
	d.entries, d.index = d.entries[:0], d.index[:0]
	for n, v := range values {
		if n > 0 && v == values[n-1] {
			d.index = append(d.index, d.index[n-1])
			continue
		}
		at := v * 0x9e3779b97f4a7c15 >> (64 - 10)
		for d.slots[at].entry != 0 && d.slots[at].value != v {
			at = (at + 1) % integerSlots
		}
		if d.slots[at].entry == 0 {
			if len(d.entries) == mostIntegers {
				return false
			}
			d.entries = append(d.entries, v)
			d.slots[at].value, d.slots[at].entry = v, uint64(len(d.entries))
		}
		d.index = append(d.index, uint32(d.slots[at].entry-1))
	}
	return len(d.entries) > 0
}

// appendDelta appends values as DELTA_BINARY_PACKED has them. Frames and times mostly
// grow: it saves 8 % of the file and a tenth of the processor time of the whole run.
func appendDelta(dst []byte, values []uint64) []byte {
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaBlock/deltaMini)
	dst = binary.AppendUvarint(dst, uint64(len(values)))
	if len(values) == 0 {
		return binary.AppendVarint(dst, 0)
	}
	dst = binary.AppendVarint(dst, int64(values[0]))
	var deltas [deltaBlock]uint64
	for at := 1; at < len(values); at += deltaBlock {
		n := min(deltaBlock, len(values)-at)
		least := int64(values[at] - values[at-1])
		for i := range n {
			deltas[i] = values[at+i] - values[at+i-1]
			least = min(least, int64(deltas[i]))
		}
		dst = appendBlock(dst, deltas[:n], least)
	}
	return dst
}

// appendBlock appends a block of deltas, the least of which is given.
func appendBlock(dst []byte, deltas []uint64, least int64) []byte {
	dst = binary.AppendVarint(dst, least)
	widths := len(dst)
	dst = append(dst, make([]byte, deltaBlock/deltaMini)...)
	for i := 0; i < len(deltas); i += deltaMini {
		var mini [deltaMini]uint64
		all := uint64(0)
		for j, d := range deltas[i:min(i+deltaMini, len(deltas))] {
			mini[j] = d - uint64(least)
			all |= mini[j]
		}
		width := bits.Len64(all)
		dst[widths+i/deltaMini] = byte(width)
		dst = appendWide(dst, &mini, width)
	}
	return dst
}

// appendWide bit-packs the values of a miniblock.
func appendWide(dst []byte, mini *[deltaMini]uint64, width int) []byte {
	held, n := uint64(0), 0
	for _, v := range mini {
		held |= v << n
		if n += width; n >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, held)
			n -= 64
			held = v >> (width - n) // by the whole width where nothing is left: 0
		}
	}
	if n > 0 { // 32 values of an odd width leave half a word
		dst = binary.LittleEndian.AppendUint32(dst, uint32(held))
	}
	return dst
}
