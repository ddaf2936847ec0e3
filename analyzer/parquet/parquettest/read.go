package parquettest

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// File is what a Parquet file holds.
type File struct {
	Rows    []map[string]any  // int64, float64, bool, string, nil, or lists and maps of them
	Schema  string            // a field a line, those within it indented
	Meta    map[string]string // the keys of the footer and their values
	Groups  int               // row groups
	Bounded int               // columns of row groups that tell their least and greatest value
}

// field is an element of the schema with what is in it.
type field struct {
	name             string
	repetition, kind int64
	logical          message
	inner            []*field
	def, rep         uint8
	leaf             *leaf // of one that holds values
	value, level     int   // how many of the leaf were taken
}

// Read reads a file of the magic, the schema, the pages and the footer.
func Read(b []byte) (f *File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("not as a Parquet file should be: %v", r)
		}
	}()
	if string(b[:4]) != "PAR1" || string(b[len(b)-4:]) != "PAR1" {
		return nil, fmt.Errorf("no Parquet file")
	}
	size := int(binary.LittleEndian.Uint32(b[len(b)-8:]))
	footer := (&decoder{b[len(b)-8-size : len(b)-8]}).message()
	elements := footer.list(2)
	root := fields(&elements, 0, 0)
	f = &File{Meta: map[string]string{"created_by": footer.text(6)}, Groups: len(footer.list(4))}
	for _, kv := range footer.list(5) {
		f.Meta[kv.(message).text(1)] = kv.(message).text(2)
	}
	for _, inner := range root.inner {
		f.Schema += inner.describe("")
	}
	leaves := root.leaves(nil)
	for _, g := range footer.list(4) {
		for i, c := range g.(message).list(1) {
			meta := c.(message).in(3)
			leaves[i].leaf.chunk(b, meta, leaves[i])
			if _, ok := meta.in(12)[6]; ok {
				f.Bounded++
			}
		}
	}
	for range footer.int(3) {
		f.Rows = append(f.Rows, root.next().(map[string]any))
	}
	for _, l := range leaves {
		if l.level != len(l.leaf.def) {
			return nil, fmt.Errorf("%s: values behind the last row", l.name)
		}
	}
	return f, nil
}

// fields takes an element and what is in it from the schema.
func fields(elements *[]any, def, rep uint8) *field {
	m := (*elements)[0].(message)
	*elements = (*elements)[1:]
	f := &field{name: m.text(4), repetition: m.int(3), kind: m.int(1), logical: m.in(10), def: def, rep: rep}
	switch f.repetition {
	case 1:
		f.def++
	case 2:
		f.def, f.rep = f.def+1, f.rep+1
	}
	for range m.int(5) {
		f.inner = append(f.inner, fields(elements, f.def, f.rep))
	}
	if m.int(5) == 0 {
		f.leaf = &leaf{}
	}
	return f
}

func (f *field) leaves(dst []*field) []*field {
	if f.leaf != nil {
		return append(dst, f)
	}
	for _, inner := range f.inner {
		dst = inner.leaves(dst)
	}
	return dst
}

// describe returns the field as a line, and what is in it.
func (f *field) describe(indent string) string {
	kind := map[int64]string{0: "boolean", 2: "int64", 5: "double", 6: "binary"}[f.kind]
	if f.leaf == nil {
		kind = "group"
	}
	line := indent + [...]string{"required", "optional", "repeated"}[f.repetition] + " " + kind + " " + f.name
	switch {
	case f.logical[1] != nil:
		line += " (STRING)"
	case f.logical[3] != nil:
		line += " (LIST)"
	case f.logical[8] != nil:
		line += fmt.Sprintf(" (TIMESTAMP utc=%v nanos=%v)", f.logical.in(8)[1], f.logical.in(8).in(2)[3] != nil)
	case f.logical[10] != nil:
		line += " (INT64)"
	}
	line += "\n"
	for _, inner := range f.inner {
		line += inner.describe(indent + strings.Repeat(" ", 2))
	}
	return line
}
