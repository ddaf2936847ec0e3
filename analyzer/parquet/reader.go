package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A Reader reads Parquet files: those that a Writer wrote, and those of other programs
// that keep to the same kinds of pages, see Load. What a file says of itself is not
// trusted.
type Reader struct {
	Rows   int64
	Fields []*Field // of the rows, in their order

	file   io.ReaderAt
	leaves []*leaf
	groups []groupAt
	pages  pages
	spare  room
}

// Field is a field of the rows, or of a group or the elements of a list within it. It
// stands before a value of the current row, which one of its methods takes.
type Field struct {
	Name     string
	Type     Type
	Children []*Field // of a List its element

	def, rep uint8 // def of a value that is there, and of a List that has elements one less than those; rep of what repeats it
	leaf     *leaf // of a field that holds values
	first    *leaf // below the field, whose levels tell of it, too
	all      []*leaf
}

// groupAt is a row group in the file.
type groupAt struct {
	rows   int64
	chunks []chunkAt
}

// chunkAt is the column of a row group.
type chunkAt struct {
	physical, codec, values int64
	dictionary, data, size  int64 // size from the first of both on, in octets
}

func (c *chunkAt) begin() int64 {
	if c.dictionary > 0 && c.dictionary < c.data {
		return c.dictionary
	}
	return c.data
}

const (
	// maxFooter bounds, in octets, a footer: each row group takes some ten thousand.
	maxFooter = 128 << 20
	// maxElements bounds the elements of a schema: those of flows are some hundred.
	maxElements = 4096
)

// ErrNone is what is no Parquet file at all.
var ErrNone = errors.New("no Parquet file")

var (
	errCut    = errors.New("cut short or damaged at its end, where the footer tells what stands where: nothing of it can be read")
	errFooter = errors.New("the footer is damaged: nothing of it can be read")
)

// NewReader reads the footer of a file of so many octets.
func NewReader(file io.ReaderAt, size int64) (*Reader, error) {
	var head, tail [8]byte
	if n, err := file.ReadAt(head[:4], 0); n < 4 || string(head[:4]) != magic {
		return nil, errors.Join(ErrNone, eofIsNone(err))
	}
	if size < 12 {
		return nil, errCut
	}
	if n, err := file.ReadAt(tail[:], size-8); n < 8 || string(tail[4:]) != magic {
		return nil, errors.Join(errCut, eofIsNone(err))
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	switch {
	case length > size-12:
		return nil, errCut
	case length > maxFooter:
		return nil, errFooter
	}
	footer := make([]byte, length)
	if _, err := file.ReadAt(footer, size-8-length); err != nil {
		return nil, eofIsNone(err)
	}
	r := &Reader{file: file, spare: room{spareOctets, spareRepeats}}
	if err := r.readFooter(&thriftReader{b: footer}); err != nil {
		return nil, err
	}
	return r, r.check(size)
}

func eofIsNone(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// check looks whether what the footer says can be.
func (r *Reader) check(size int64) error {
	rows, at := int64(0), int64(len(magic))
	for i := range r.groups {
		g := &r.groups[i]
		if g.rows < 0 || len(g.chunks) != len(r.leaves) {
			return errFooter
		}
		if rows += g.rows; rows < 0 {
			return errFooter
		}
		for k := range g.chunks {
			c := &g.chunks[k]
			if c.begin() < at || c.size < 0 || c.size > size-c.begin() {
				return errFooter // so that nothing is read twice
			}
			at = c.begin() + c.size
		}
	}
	if rows != r.Rows {
		return errFooter
	}
	return nil
}

// element is one of the schema.
type element struct {
	name                           string
	physical, repetition, children int64
	list, text, nanos, micros      bool
	millis                         bool
}

func (r *Reader) readFooter(t *thriftReader) error {
	var schema []element
	t.fields(func(id int64, kind byte) bool {
		switch {
		case id == 2 && kind == typeList:
			t.structs(func() {
				if schema = append(schema, t.element()); len(schema) > maxElements {
					t.fail()
				}
			})
		case id == 3 && kind == typeInt64:
			r.Rows = t.signed()
		case id == 4 && kind == typeList:
			t.structs(func() {
				if r.groups = append(r.groups, t.group()); len(r.groups[len(r.groups)-1].chunks) == 0 {
					t.fail()
				}
			})
		default:
			return false
		}
		return true
	})
	if t.bad || len(schema) == 0 {
		return errFooter
	}
	b := schemaReader{elements: schema[1:]}
	for range schema[0].children {
		f, ok := b.field(0, 0, deepest)
		if !ok {
			return errFooter
		}
		r.Fields = append(r.Fields, f)
	}
	if len(b.elements) > 0 {
		return errFooter
	}
	r.leaves = b.leaves
	return nil
}

// element takes an element of the schema.
func (t *thriftReader) element() (e element) {
	e.physical = -1
	t.fields(func(id int64, kind byte) bool {
		switch {
		case id == 1 && kind == typeInt32:
			e.physical = t.signed()
		case id == 3 && kind == typeInt32:
			e.repetition = t.signed()
		case id == 4 && kind == typeBinary:
			e.name = t.text()
		case id == 5 && kind == typeInt32:
			e.children = t.signed()
		case id == 6 && kind == typeInt32:
			switch t.signed() {
			case convertedUTF8:
				e.text = true
			case convertedList:
				e.list = true
			case 9:
				e.millis = true
			case 10:
				e.micros = true
			}
		case id == 10 && kind == typeStruct:
			t.logical(&e)
		default:
			return false
		}
		return true
	})
	return e
}

// logical takes the logical type of an element.
func (t *thriftReader) logical(e *element) {
	t.fields(func(id int64, kind byte) bool {
		switch id {
		case 1:
			e.text = true
		case 3:
			e.list = true
		case 8:
			if kind != typeStruct {
				return false
			}
			t.fields(func(id int64, kind byte) bool {
				if id != 2 || kind != typeStruct {
					return false
				}
				t.fields(func(id int64, _ byte) bool {
					e.millis, e.micros, e.nanos = id == 1, id == 2, id == 3
					return false
				})
				return true
			})
			return true
		}
		return false
	})
}

// group takes a row group.
func (t *thriftReader) group() (g groupAt) {
	t.fields(func(id int64, kind byte) bool {
		switch {
		case id == 1 && kind == typeList:
			t.structs(func() {
				c := t.chunk()
				if c.begin() < int64(len(magic)) {
					t.fail()
				}
				g.chunks = append(g.chunks, c)
			})
		case id == 3 && kind == typeInt64:
			g.rows = t.signed()
		default:
			return false
		}
		return true
	})
	return g
}

// chunk takes what is said of the column of a row group.
func (t *thriftReader) chunk() (c chunkAt) {
	t.fields(func(id int64, kind byte) bool {
		if id != 3 || kind != typeStruct {
			return false
		}
		numbers := [...]*int64{1: &c.physical, 4: &c.codec, 5: &c.values, 7: &c.size, 9: &c.data, 11: &c.dictionary}
		t.fields(func(id int64, kind byte) bool {
			if id < 0 || id >= int64(len(numbers)) {
				return false
			}
			to := numbers[id]
			if to == nil || kind != typeInt32 && kind != typeInt64 {
				return false
			}
			*to = t.signed()
			return true
		})
		return true
	})
	return c
}

// schemaReader makes fields of the elements of a schema, which come depth first.
type schemaReader struct {
	elements []element
	leaves   []*leaf
}

// field takes the next element with what is in it.
func (b *schemaReader) field(def, rep uint8, deep int) (*Field, bool) {
	if len(b.elements) == 0 || deep == 0 {
		return nil, false
	}
	e := b.elements[0]
	b.elements = b.elements[1:]
	f := &Field{Name: e.name, def: def, rep: rep, Type: unknown}
	switch e.repetition {
	case optional:
		f.def++
	case repeated:
		f.def, f.rep = f.def+1, f.rep+1
	}
	from := len(b.leaves)
	if e.children <= 0 {
		f.Type = e.valueType()
		f.leaf = &leaf{def: f.def, rep: f.rep, physical: e.physical, scale: e.scale()}
		b.leaves = append(b.leaves, f.leaf)
	}
	for range e.children {
		child, ok := b.field(f.def, f.rep, deep-1)
		if !ok {
			return nil, false
		}
		f.Children = append(f.Children, child)
	}
	switch {
	case e.repetition == repeated: // outside a LIST nobody reads it
	case e.children > 0 && !e.list:
		f.Type = Group
	case e.children == 1 && f.Children[0].rep == f.rep+1 && len(f.Children[0].Children) == 1:
		f.Type, f.Children = List, f.Children[0].Children
	}
	f.all = slices.Clone(b.leaves[from:])
	if len(f.all) == 0 {
		return nil, false
	}
	f.first = f.all[0]
	return f, true
}

// unknown is the type of what is not read.
const unknown Type = 255

func (e *element) valueType() Type {
	switch e.physical {
	case physicalBoolean:
		return Boolean
	case physicalInt64:
		if e.nanos || e.micros || e.millis {
			return Timestamp
		}
		return Int64
	case physicalDouble:
		return Double
	case physicalByteArray:
		return String
	}
	return unknown
}

// scale is how many nanoseconds the unit of a time has.
func (e *element) scale() int64 {
	switch {
	case e.micros:
		return 1e3
	case e.millis:
		return 1e6
	}
	return 1
}

// Field returns the field of a name, or nil.
func (r *Reader) Field(name string) *Field {
	i := slices.IndexFunc(r.Fields, func(f *Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return r.Fields[i]
}

// Groups returns how many row groups there are.
func (r *Reader) Groups() int { return len(r.groups) }

// Group returns how many rows row group i has, and where it begins in the file.
func (r *Reader) Group(i int) (rows, at int64) {
	g := &r.groups[i]
	if len(g.chunks) > 0 {
		at = g.chunks[0].begin()
	}
	return g.rows, at
}

// Load reads those fields of row group i that are given; they stand before their first
// values then. Pages of the first version are read, in zstd, Snappy or bare, whose values
// are PLAIN, in a dictionary or DELTA_BINARY_PACKED.
func (r *Reader) Load(i int, fields []*Field) error {
	left := r.room(i)
	defer func() { r.keep(left) }()
	for _, f := range fields {
		if !f.readable() {
			return fmt.Errorf("column %s: a type that is not read", f.Name)
		}
		for _, l := range f.all {
			c := &r.groups[i].chunks[slices.Index(r.leaves, l)]
			if l.rep == 0 && c.values != r.groups[i].rows {
				return fmt.Errorf("column %s: %d values for %d rows", f.Name, c.values, r.groups[i].rows)
			}
			err := r.pages.read(r.file, c, l, &left)
			if err == nil && l.mostOfRow() > maxOfRow {
				err = errOfRow
			}
			if err != nil {
				return fmt.Errorf("column %s: %w", f.Name, err)
			}
		}
	}
	return nil
}
