package report

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
	buf, cell []byte
	begun     bool
}

// CSV returns a Handler that writes comma-separated values with a header line,
// quoted as RFC 4180 says. Null is an empty cell. Text that a spreadsheet would take
// for a formula has an apostrophe before it, see appendText.
func CSV(w io.Writer) model.Handler { return &flat{w: w, separator: ',', quote: true} }

// TSV returns a Handler that writes tab-separated values with a header line.
// No cell holds a tab or a line end, so nothing is quoted.
func TSV(w io.Writer) model.Handler { return &flat{w: w, separator: '\t'} }

func (f *flat) Record(r *model.Record) error {
	f.buf = f.header(f.buf[:0])
	record := reflect.ValueOf(r).Elem()
	for i := range columns {
		c := &columns[i]
		if i > 0 {
			f.buf = append(f.buf, f.separator)
		}
		if v, ok := c.value(record); ok {
			f.cell = f.cell[:0]
			if c.kind == text {
				f.cell = appendText(f.cell, textOf(v))
			} else {
				f.cell = c.append(f.cell, v)
			}
			f.buf = f.appendCell(f.buf, f.cell)
		}
	}
	f.buf = append(f.buf, '\n')
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

// appendText appends text that may be a stranger's, as a cell.
func appendText(dst []byte, s string) []byte {
	s = prose.Safe(s)
	if first, size := utf8.DecodeRuneInString(s); size > 0 && strings.ContainsRune(formula, first) {
		dst = append(dst, '\'')
	}
	return append(dst, s...)
}

func (f *flat) appendCell(dst, cell []byte) []byte {
	if !f.quote || bytes.IndexByte(cell, ',') < 0 && bytes.IndexByte(cell, '"') < 0 {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for _, c := range cell {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
