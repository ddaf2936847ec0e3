package report

import (
	"bytes"
	"io"
	"reflect"

	"finwait/analyzer"
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
// quoted as RFC 4180 says. Null is an empty cell.
func CSV(w io.Writer) analyzer.Handler { return &flat{w: w, separator: ',', quote: true} }

// TSV returns a Handler that writes tab-separated values with a header line.
// No cell holds a tab or a line end, so nothing is quoted.
func TSV(w io.Writer) analyzer.Handler { return &flat{w: w, separator: '\t'} }

func (f *flat) Record(r *analyzer.Record) error {
	f.buf = f.header(f.buf[:0])
	record := reflect.ValueOf(r).Elem()
	for i := range columns {
		c := &columns[i]
		if i > 0 {
			f.buf = append(f.buf, f.separator)
		}
		if v, ok := c.value(record); ok {
			f.cell = c.append(f.cell[:0], v)
			f.buf = f.appendCell(f.buf, f.cell)
		}
	}
	f.buf = append(f.buf, '\n')
	_, err := f.w.Write(f.buf)
	return err
}

// Close writes the header that no record has written.
func (f *flat) Close(*analyzer.Summary) error {
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
