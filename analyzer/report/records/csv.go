package records

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// flat writes one line of cells per record.
type flat struct {
	recordsOnly
	w         io.Writer
	separator byte
	quote     bool // as RFC 4180 does
	buf       []byte
	values    values
	begun     bool
}

// CSV returns a Handler that writes comma-separated values with a header line,
// quoted as RFC 4180 says. Null is an empty cell. Text that a spreadsheet would take
// for a formula has an apostrophe before it, see TextCell.
func CSV(w io.Writer) model.Handler { return &flat{w: w, separator: ',', quote: true} }

// TSV returns a Handler that writes tab-separated values with a header line.
// No cell holds a tab or a line end, so nothing is quoted.
func TSV(w io.Writer) model.Handler { return &flat{w: w, separator: '\t'} }

func (f *flat) Record(r *model.Record) error {
	f.values.of(r)
	dst := f.header(f.buf[:0])
	for i := range columns {
		c := &columns[i]
		if i > 0 {
			dst = append(dst, f.separator)
		}
		v, ok := f.values.value(c)
		switch {
		case !ok:
		case c.kind == list && f.quote:
			dst = c.appendList(dst, v)
		case c.kind == text && !c.word && f.quote:
			dst = AppendQuoted(dst, TextCell(textOf(v)))
		case c.kind == text && !c.word:
			dst = append(dst, TextCell(textOf(v))...)
		default: // letters, digits, points, colons and hyphens
			dst = c.append(dst, v)
		}
	}
	f.buf = append(dst, '\n')
	_, err := f.w.Write(f.buf)
	return err
}

// Close writes the header that no record has written.
func (f *flat) Close(*model.Summary) error {
	_, err := f.w.Write(f.header(f.buf[:0]))
	return err
}

func (f *flat) header(dst []byte) []byte {
	if f.begun {
		return dst
	}
	f.begun = true
	for i, c := range columns {
		if i > 0 {
			dst = append(dst, f.separator)
		}
		dst = append(dst, c.name...)
	}
	return append(dst, '\n')
}

// formula is how a cell begins that a spreadsheet calculates: with =, +, - or @, wide
// ones too. Text that begins with an apostrophe gets another, so that the first one of
// a cell, if there is one, can always be taken off again.
const formula = "=+-@'＝＋－＠"

// TextCell returns a cell of text that may be a stranger's.
func TextCell(s string) string {
	s = prose.Safe(s)
	if first, size := utf8.DecodeRuneInString(s); size > 0 && strings.ContainsRune(formula, first) {
		return "'" + s
	}
	return s
}

// AppendQuoted appends a cell of CSV, in quotes if it needs them.
func AppendQuoted(dst []byte, cell string) []byte {
	if strings.IndexByte(cell, ',') < 0 && strings.IndexByte(cell, '"') < 0 {
		return append(dst, cell...)
	}
	return append(append(append(dst, '"'), strings.ReplaceAll(cell, `"`, `""`)...), '"')
}

// appendList appends a list as a cell, in quotes if it needs them.
func (c *column) appendList(dst []byte, v reflect.Value) []byte {
	if c.null && v.Len() == 0 {
		return dst
	}
	n := len(dst)
	dst = c.cell(append(dst, '"'), v)
	if cell := dst[n+1:]; bytes.IndexByte(cell, ',') < 0 && bytes.IndexByte(cell, '"') < 0 {
		return append(dst[:n], cell...)
	}
	return append(dst, '"')
}
