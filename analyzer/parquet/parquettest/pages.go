package parquettest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"github.com/klauspost/compress/zstd"
)

// leaf is a column: its values and nulls with their levels.
type leaf struct {
	def, rep []uint8
	values   []any // without the nulls
}

// chunk reads the pages of a column in a row group. Types are those of
// parquet.thrift: 0 BOOLEAN, 2 INT64, 5 DOUBLE, 6 BYTE_ARRAY.
func (l *leaf) chunk(file []byte, meta message, most *field) {
	at := meta.int(9)
	var entries []any
	if from := meta.int(11); from > 0 {
		header, page, _ := readPage(file[from:])
		entries = plain(page, meta.int(1), int(header.in(7).int(1)))
	}
	header, page, _ := readPage(file[at:])
	n := int(header.in(5).int(1))
	if int64(n) != meta.int(5) {
		panic("a second data page")
	}
	rep, page := levels(page, most.rep, n)
	def, page := levels(page, most.def, n)
	there := 0
	for _, d := range def {
		if d == most.def {
			there++
		}
	}
	l.rep, l.def = append(l.rep, rep...), append(l.def, def...)
	var values []any
	switch encoding := header.in(5).int(2); encoding {
	case 0:
		values = plain(page, meta.int(1), there)
	case 5:
		values = delta(page, there)
	case 8:
		for _, i := range hybrid(page[1:], int(page[0]), there) {
			values = append(values, entries[i])
		}
	default:
		panic(fmt.Sprintf("encoding %d", encoding))
	}
	if got, want := int64(n-there), meta.in(12).int(3); got != want {
		panic(fmt.Sprintf("%d nulls, and the statistics say %d", got, want))
	}
	l.values = append(l.values, values...)
}

func readPage(b []byte) (header message, page, rest []byte) {
	d := &decoder{b}
	header = d.message()
	size := header.int(3)
	r, err := zstd.NewReader(nil)
	if err != nil {
		panic(err)
	}
	defer r.Close()
	page, err = r.DecodeAll(d.b[:size], nil)
	if err != nil || int64(len(page)) != header.int(2) {
		panic(fmt.Sprint("page of another size: ", err))
	}
	return header, page, d.b[size:]
}

// levels takes n levels of at most most from a page.
func levels(page []byte, most uint8, n int) ([]uint8, []byte) {
	out := make([]uint8, n)
	if most == 0 {
		return out, page
	}
	size := binary.LittleEndian.Uint32(page)
	for i, v := range hybrid(page[4:4+size], bits.Len8(most), n) {
		out[i] = uint8(v)
	}
	return out, page[4+size:]
}

// hybrid undoes runs and bit-packed groups until there are n values.
func hybrid(b []byte, width, n int) (out []uint64) {
	d := &decoder{b}
	for len(out) < n {
		head := d.uvarint()
		if head&1 == 0 {
			v := uint64(0)
			for shift := 0; shift < width; shift += 8 {
				v |= uint64(d.octet()) << shift
			}
			for range head >> 1 {
				out = append(out, v)
			}
			continue
		}
		count := int(head>>1) * 8
		out = append(out, unpack(d.b[:count*width/8], width, count)...)
		d.b = d.b[count*width/8:]
	}
	if len(out) > n+7 {
		panic("too many values")
	}
	return out[:n]
}

// unpack takes n numbers of width bits, the lowest bits first.
func unpack(b []byte, width, n int) []uint64 {
	out := make([]uint64, n)
	for i := range n * width {
		if b[i/8]>>(i%8)&1 != 0 {
			out[i/width] |= 1 << (i % width)
		}
	}
	return out
}

func plain(b []byte, kind int64, n int) (out []any) {
	for i := range n {
		switch kind {
		case 0:
			out = append(out, b[i/8]>>(i%8)&1 != 0)
		case 2:
			out = append(out, int64(binary.LittleEndian.Uint64(b[8*i:])))
		case 5:
			out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		case 6:
			size := binary.LittleEndian.Uint32(b)
			out = append(out, string(b[4:4+size]))
			b = b[4+size:]
		}
	}
	return out
}

// delta undoes DELTA_BINARY_PACKED.
func delta(b []byte, n int) (out []any) {
	d := &decoder{b}
	block, minis, count := d.uvarint(), d.uvarint(), d.uvarint()
	last := d.varint()
	if count != uint64(n) {
		panic("another number of values")
	}
	if n > 0 {
		out = append(out, last)
	}
	for len(out) < n {
		least := d.varint()
		widths := d.b[:minis]
		d.b = d.b[minis:]
		for _, width := range widths {
			if len(out) == n {
				break
			}
			each := int(block / minis)
			for _, v := range unpack(d.b[:each*int(width)/8], int(width), each) {
				if len(out) < n {
					last += least + int64(v)
					out = append(out, last)
				}
			}
			d.b = d.b[each*int(width)/8:]
		}
	}
	return out
}
