package parquet

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// longestBound is how many octets the least or the greatest string of a column may
// have to be told.
const longestBound = 64

// column is a leaf, with what was put into it since the last row group. Of the values
// only those of its type are in use.
type column struct {
	of       *Node
	path     []string
	count    int     // of values and nulls
	def, rep []uint8 // of each of them, where they can be anything but 0
	nulls    int64
	ints     []uint64
	doubles  []float64
	bools    []bool
	strings  *dictionary
}

func (c *column) level(rep, def uint8) {
	c.count++
	if c.of.Def > 0 {
		c.def = append(c.def, def)
	}
	if c.of.Rep > 0 {
		c.rep = append(c.rep, rep)
	}
}

func (c *column) reset() {
	c.count, c.def, c.rep, c.nulls = 0, c.def[:0], c.rep[:0], 0
	c.ints, c.doubles, c.bools = c.ints[:0], c.doubles[:0], c.bools[:0]
	if c.strings != nil {
		c.strings.reset()
	}
}

// octets is about how much the column holds.
func (c *column) octets() int {
	n := len(c.def) + len(c.rep) + 8*len(c.ints) + 8*len(c.doubles) + len(c.bools)
	if c.strings != nil {
		n += len(c.strings.plain) + 4*len(c.strings.index)
	}
	return n
}

// encode appends what stands in the column: a dictionary with how many entries it has,
// if it pays, and the data page, both without their headers.
func (c *column) encode(dictionary, page []byte, few *integers) (_ []byte, entries int, _ []byte, encoding int64) {
	page = appendLevels(page, c.rep, c.of.Rep)
	page = appendLevels(page, c.def, c.of.Def)
	encoding = encodingPlain
	switch {
	case c.of.Type == Boolean:
		page = appendBits(page, c.bools)
	case c.of.Type == Double:
		for _, v := range c.doubles {
			page = binary.LittleEndian.AppendUint64(page, math.Float64bits(v))
		}
	case c.of.Type == String && c.strings.pays():
		return append(dictionary, c.strings.plain...), len(c.strings.begin),
			appendIndex(page, c.strings.index, len(c.strings.begin)), encodingDictionary
	case c.of.Type == String:
		page = c.strings.appendPlain(page)
	case few.of(c.ints):
		for _, v := range few.entries {
			dictionary = binary.LittleEndian.AppendUint64(dictionary, v)
		}
		return dictionary, len(few.entries), appendIndex(page, few.index, len(few.entries)), encodingDictionary
	default:
		page, encoding = appendDelta(page, c.ints), encodingDelta
	}
	return dictionary, 0, page, encoding
}

// appendIndex appends which of so many entries each value is.
func appendIndex(page []byte, index []uint32, entries int) []byte {
	width := bits.Len(uint(entries - 1))
	return appendHybrid(append(page, byte(width)), index, width)
}

// bounds returns the least and the greatest value as PLAIN has them, a string without
// its length; ok is false where there is none, or one that is too long.
func (c *column) bounds() (least, greatest []byte, ok bool) {
	number := func(v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v) }
	switch {
	case len(c.ints) > 0:
		signed := func(a, b uint64) int { return cmp.Compare(int64(a), int64(b)) }
		return number(slices.MinFunc(c.ints, signed)), number(slices.MaxFunc(c.ints, signed)), true
	case len(c.doubles) > 0:
		low, high := slices.Min(c.doubles), slices.Max(c.doubles)
		if low == 0 {
			low = math.Copysign(0, -1) // zeros compare as equal: readers expect the bounds outside both
		}
		return number(math.Float64bits(low)), number(math.Float64bits(high + 0)), true
	case c.strings != nil && len(c.strings.begin) > 0:
		least = c.strings.entry(0)
		greatest = least
		for i := range c.strings.begin {
			text := c.strings.entry(uint32(i))
			if len(text) > longestBound {
				return nil, nil, false
			}
			if string(text) < string(least) {
				least = text
			}
			if string(text) > string(greatest) {
				greatest = text
			}
		}
		return least, greatest, true
	}
	return nil, nil, false
}
