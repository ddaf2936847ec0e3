package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

const (
	maxPage  = 128 << 20 // octets
	maxChunk = 256 << 20 // octets in the file

	codecNone, codecSnappy = 0, 1

	encodingOldDictionary = 2 // PLAIN_DICTIONARY, as the first version of the format has it

	pageData, pageDictionary = 0, 2
)

var (
	errPage  = errors.New("a damaged page")
	errLarge = errors.New("more values than so many octets can hold")
	errOfRow = fmt.Errorf("more than %d values in a row", maxOfRow)
)

// pages reads the pages of columns.
type pages struct {
	zstd     *zstd.Decoder
	raw, out []byte // scratch
	index    []uint32
}

// header is that of a page.
type header struct {
	kind, unpacked, packed int64
	values, encoding       int64
}

func (t *thriftReader) header() (h header) {
	numbers := map[int64]*int64{1: &h.kind, 2: &h.unpacked, 3: &h.packed}
	inner := map[int64]*int64{1: &h.values, 2: &h.encoding}
	number := func(of map[int64]*int64, id int64, kind byte) bool {
		to := of[id]
		if to == nil || kind != typeInt32 {
			return false
		}
		*to = t.signed()
		return true
	}
	t.fields(func(id int64, kind byte) bool {
		if (id == 5 || id == 7) && kind == typeStruct {
			t.fields(func(id int64, kind byte) bool { return number(inner, id, kind) })
			return true
		}
		return number(numbers, id, kind)
	})
	return h
}

// read loads the column of a row group into l; left is what may still be held.
func (p *pages) read(file io.ReaderAt, c *chunkAt, l *leaf, left *room) error {
	l.reset()
	if c.physical != l.physical || c.size > maxChunk {
		return errPage
	}
	if p.raw = grown(p.raw, int(c.size)); c.size > 0 {
		if _, err := file.ReadAt(p.raw, c.begin()); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	var entries leaf // the dictionary
	t := &thriftReader{b: p.raw}
	for int64(len(l.defs)) < c.values {
		h := t.header()
		if t.bad || h.packed < 0 || h.packed > int64(len(t.b)) || h.unpacked < 0 || h.unpacked > maxPage || h.values < 0 || h.values > maxLoaded {
			return errPage
		}
		each := int64(2) // levels
		if h.kind == pageDictionary {
			each = 16
		}
		if !left.reserve(h.unpacked+each*h.values, 0) {
			return errLarge
		}
		page, err := p.unpack(c.codec, t.b[:h.packed], int(h.unpacked))
		if err != nil {
			return err
		}
		t.b = t.b[h.packed:]
		switch h.kind {
		case pageDictionary:
			if h.encoding != encodingPlain && h.encoding != encodingOldDictionary || !entries.plain(page, l.physical, int(h.values)) {
				return errPage
			}
		case pageData:
			if h.values == 0 || h.values > c.values-int64(len(l.defs)) {
				return errPage
			}
			if err := p.data(page, &h, l, &entries, left); err != nil {
				return err
			}
		default:
			return fmt.Errorf("pages of kind %d are not read", h.kind)
		}
	}
	return nil
}

// grown returns n octets of room.
func grown(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// unpack undoes the compression of a page, which is valid until the next.
func (p *pages) unpack(codec int64, packed []byte, size int) (_ []byte, err error) {
	switch codec {
	case codecNone:
		p.out = append(p.out[:0], packed...)
	case codecSnappy:
		if n, err := snappy.DecodedLen(packed); err != nil || n != size {
			return nil, errPage
		}
		p.out, err = snappy.Decode(grown(p.out, size), packed)
	case codecZstd:
		if p.zstd == nil {
			p.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage), zstd.WithDecoderLowmem(true), zstd.WithDecodeAllCapLimit(true))
			if err != nil {
				return nil, err
			}
		}
		p.out, err = p.zstd.DecodeAll(packed, grown(p.out, size)[:0:size])
	default:
		return nil, fmt.Errorf("compression %d of Parquet is not read", codec)
	}
	if err != nil || len(p.out) != size {
		return nil, errPage
	}
	return p.out, nil
}

// data takes a data page: its levels and values.
func (p *pages) data(page []byte, h *header, l, entries *leaf, left *room) (err error) {
	n, from := int(h.values), len(l.defs)
	if l.rep > 0 {
		if !left.reserve(0, h.values) {
			return errLarge
		}
		if l.reps, page, err = levels(l.reps, page, l.rep, n); err != nil {
			return err
		}
	}
	if l.defs, page, err = levels(l.defs, page, l.def, n); err != nil {
		return err
	}
	there := 0
	for _, d := range l.defs[from:] {
		if d == l.def {
			there++
		}
	}
	each := int64(8) // octets of a value
	if l.physical == physicalByteArray {
		each = 16 // but for what is in the text
	}
	if !left.reserve(each*int64(there), 0) {
		return errLarge
	}
	ok := true
	switch h.encoding {
	case encodingPlain:
		ok = l.plain(page, l.physical, there)
	case encodingDelta:
		ok = l.physical == physicalInt64 && l.delta(page, there)
	case encodingDictionary, encodingOldDictionary:
		ok = p.indexed(page, l, entries, there)
	default:
		return fmt.Errorf("encoding %d of Parquet is not read", h.encoding)
	}
	if !ok {
		return errPage
	}
	return nil
}

// levels appends n levels of at most most; where that is 0 none are written.
func levels(dst []uint8, page []byte, most uint8, n int) (_ []uint8, rest []byte, err error) {
	if most == 0 {
		return append(dst, make([]uint8, n)...), page, nil
	}
	if len(page) < 4 || uint64(binary.LittleEndian.Uint32(page)) > uint64(len(page)-4) {
		return nil, nil, errPage
	}
	size := int(binary.LittleEndian.Uint32(page))
	from := len(dst)
	dst, ok := hybrid(dst, page[4:4+size], bits.Len8(most), n)
	if !ok || n > 0 && slices.Max(dst[from:]) > most {
		return nil, nil, errPage
	}
	return dst, page[4+size:], nil
}

// indexed takes n values that stand in a dictionary.
func (p *pages) indexed(page []byte, l, entries *leaf, n int) (ok bool) {
	if n == 0 {
		return true
	}
	if len(page) == 0 || page[0] > 32 {
		return false
	}
	if p.index, ok = hybrid(p.index[:0], page[1:], int(page[0]), n); !ok {
		return false
	}
	known := uint32(entries.values())
	for _, i := range p.index {
		if i >= known {
			return false
		}
		switch l.physical {
		case physicalInt64:
			l.ints = append(l.ints, entries.ints[i]*l.scale)
		case physicalDouble:
			l.doubles = append(l.doubles, entries.doubles[i])
		case physicalByteArray:
			l.texts = append(l.texts, entries.texts[i])
		default:
			return false
		}
	}
	return true
}

// plain takes n values one behind the other.
func (l *leaf) plain(b []byte, physical int64, n int) (ok bool) {
	scale := max(l.scale, 1)
	switch physical {
	case physicalBoolean:
		if len(b) < (n+7)/8 {
			return false
		}
		for i := range n {
			l.bools = append(l.bools, b[i/8]>>(i%8)&1 != 0)
		}
	case physicalInt64, physicalDouble:
		if len(b)/8 < n {
			return false
		}
		for i := range n {
			v := binary.LittleEndian.Uint64(b[8*i:])
			if physical == physicalInt64 {
				l.ints = append(l.ints, int64(v)*scale)
			} else {
				l.doubles = append(l.doubles, math.Float64frombits(v))
			}
		}
	case physicalByteArray:
		all := string(b) // the texts are parts of it
		for range n {
			if len(all) < 4 {
				return false
			}
			b := b[len(b)-len(all):]
			size := binary.LittleEndian.Uint32(b)
			if uint64(size) > uint64(len(all)-4) {
				return false
			}
			l.texts = append(l.texts, all[4:4+size])
			all = all[4+size:]
		}
	default:
		return false
	}
	return true
}
