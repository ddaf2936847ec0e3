package timelines

import (
	"io"
	"reflect"
	"strconv"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/records"
	"finwait/analyzer/timeline"
)

// Schema names the version of a row of the timeline.
const Schema = "finwait.timeline/1"

// Shape is what all charts of an output have in common.
type Shape struct {
	By      timeline.By
	Joined  bool // the captures were read as one: rows name no file
	Several bool // there may be more than one chart

	ZabbixHost string // whom the sockets are counted for; "" for their own addresses
	ZabbixKey  string // of an item, with {state} in it
}

// Format is one way to write charts.
type Format struct {
	Name   string
	Binary bool // is nothing for a terminal
	Says   bool // tells itself which sockets cannot be seen
	Plain  bool // tells numbers alone: what was found of connections need not be known
	New    func(w io.Writer, s prose.Style, shape Shape) timeline.Writer
}

// Formats are the formats that write charts.
var Formats = []Format{
	{Name: "text", New: newTextWriter, Says: true},
	{Name: "jsonl", Plain: true, New: rowsAs(jsonRow)},
	{Name: "csv", Plain: true, New: rowsAs(cellRow(','))},
	{Name: "tsv", Plain: true, New: rowsAs(cellRow('\t'))},
	{Name: "parquet", New: newParquetWriter, Binary: true, Plain: true},
	{Name: "openmetrics", New: newOpenMetrics, Says: true, Plain: true},
	{Name: "zabbix", New: newZabbix, Plain: true},
	{Name: "html", New: newPageWriter, Says: true},
}

// Find returns the format of that name, which must be one of Formats.
func Find(name string) Format {
	for _, f := range Formats {
		if f.Name == name {
			return f
		}
	}
	panic("timelines: no format " + name)
}

// Invisible is what a capture cannot show of sockets.
const Invisible = "sockets that sent no segment while captured are invisible, and not counted"

// cell is a named value of a row.
type cell struct {
	name   string
	kind   model.Kind // KindOptional is null
	text   string
	number int64    // of a time or a duration, nanoseconds
	words  []string // of a list
}

func wordCell(name, text string) cell { return cell{name: name, kind: model.KindString, text: text} }

func integerCell(name string, n int64) cell {
	return cell{name: name, kind: model.KindInteger, number: n}
}

func timeCell(name string, t model.Time) cell {
	return cell{name: name, kind: model.KindTime, number: int64(t)}
}

var appendStrings = model.JSONAppender(reflect.TypeFor[[]string]())

// word returns a cell without quotes.
func (c *cell) word(dst []byte) []byte {
	switch c.kind {
	case model.KindInteger:
		return strconv.AppendInt(dst, c.number, 10)
	case model.KindTime:
		return model.Time(c.number).Append(dst)
	case model.KindDuration:
		return model.Seconds(c.number).Append(dst)
	case model.KindList:
		return appendStrings(dst, reflect.ValueOf(&c.words).Elem())
	case model.KindOptional: // null
		return dst
	}
	return append(dst, c.text...)
}

// cells returns what a row tells, in order. Which cells there are depends on the
// shape alone.
func (shape *Shape) cells(dst []cell, file string, r *timeline.Row) []cell {
	dst = append(dst, wordCell("schema", Schema))
	if !shape.Joined {
		dst = append(dst, wordCell("file", file))
	}
	dst = append(dst, timeCell("time", r.Time))
	switch shape.By {
	case timeline.ByHost:
		dst = append(dst, wordCell("host", r.Series.Host))
	case timeline.ByServer:
		dst = append(dst, wordCell("server", r.Series.Host))
	}
	return append(
		dst, wordCell("side", r.Series.Side), wordCell("state", r.Series.State.String()),
		integerCell("sockets", r.Sockets), integerCell("min", r.Min), integerCell("max", r.Max),
	)
}

// lineWriter writes one line a row.
type lineWriter struct {
	w      io.Writer
	shape  Shape
	header bool // not yet written, where there is one
	append func(dst []byte, list []cell) []byte
	names  func(dst []byte, list []cell) []byte // nil for no header
	buf    []byte
	list   []cell
}

// rowsAs makes a format of a way to write one row.
func rowsAs(lines func() (row, names func(dst []byte, list []cell) []byte)) func(io.Writer, prose.Style, Shape) timeline.Writer {
	return func(w io.Writer, _ prose.Style, shape Shape) timeline.Writer {
		l := &lineWriter{w: w, shape: shape}
		l.append, l.names = lines()
		l.header = l.names != nil
		return l
	}
}

func (l *lineWriter) Chart(c *timeline.Chart) error {
	for row := range c.Rows() {
		l.list = l.shape.cells(l.list[:0], c.File, &row)
		l.buf = l.head(l.buf[:0])
		l.buf = append(l.append(l.buf, l.list), '\n')
		if _, err := l.w.Write(l.buf); err != nil {
			return err
		}
	}
	return nil
}

// Close writes the header that no row has written.
func (l *lineWriter) Close() error {
	l.list = l.shape.cells(l.list[:0], "", &timeline.Row{Series: new(timeline.Series)})
	_, err := l.w.Write(l.head(l.buf[:0]))
	return err
}

func (l *lineWriter) head(dst []byte) []byte {
	if l.header {
		dst = append(l.names(dst, l.list), '\n')
	}
	l.header = false
	return dst
}

// jsonRow writes a row as a JSON object.
func jsonRow() (row, names func([]byte, []cell) []byte) {
	return func(dst []byte, list []cell) []byte {
		for i := range list {
			opens := `,"`
			if i == 0 {
				opens = `{"`
			}
			dst = append(append(append(dst, opens...), list[i].name...), `":`...)
			switch c := &list[i]; c.kind {
			case model.KindString:
				dst = model.AppendString(dst, c.text)
			case model.KindTime:
				dst = append(c.word(append(dst, '"')), '"')
			case model.KindOptional:
				dst = append(dst, "null"...)
			default:
				dst = c.word(dst)
			}
		}
		return append(dst, '}')
	}, nil
}

// cellRow writes a row as cells, quoted where CSV asks for it.
func cellRow(separator byte) func() (row, names func([]byte, []cell) []byte) {
	line := func(value func(*cell) string) func([]byte, []cell) []byte {
		return func(dst []byte, list []cell) []byte {
			for i := range list {
				if i > 0 {
					dst = append(dst, separator)
				}
				if text := value(&list[i]); separator == ',' {
					dst = records.AppendQuoted(dst, text)
				} else {
					dst = append(dst, text...)
				}
			}
			return dst
		}
	}
	row := line(func(c *cell) string {
		if c.kind == model.KindString {
			return records.TextCell(c.text)
		}
		return prose.Safe(string(c.word(nil)))
	})
	names := line(func(c *cell) string { return c.name })
	return func() (func([]byte, []cell) []byte, func([]byte, []cell) []byte) { return row, names }
}
