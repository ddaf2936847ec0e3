package report

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"

	analyzer "finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// kind is what a column holds.
type kind uint8

const (
	text kind = iota
	integer
	boolean
	seconds
	timestamp
	address
	list // a JSON text
)

// column is one field of the flattened record. Structs flatten with _, as in
// fin_client_frame; lists stay whole.
type column struct {
	name string
	kind kind
	path []int // the field of each struct on the way down
	null bool  // an empty list is null

	json func([]byte, reflect.Value) []byte // appends a list
}

// columns are all fields of analyzer.Record in their order. They are read off
// the type, so that a new field is in every flat format at once.
var columns = appendColumns(nil, "", nil, reflect.StructField{Type: reflect.TypeFor[analyzer.Record]()})

func appendColumns(dst []column, name string, path []int, f reflect.StructField) []column {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if k, ok := kindOf(t); ok {
		c := column{name: name, kind: k, path: path}
		if k == list {
			c.null, c.json = f.Tag.Get("empty") == "null", analyzer.JSONAppender(t)
		}
		return append(dst, c)
	}
	for i := range t.NumField() {
		field := t.Field(i)
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == "" || tag == "-" {
			continue
		}
		if name != "" {
			tag = name + "_" + tag
		}
		dst = appendColumns(dst, tag, append(path[:len(path):len(path)], i), field)
	}
	return dst
}

// words is what types are that write their values as words.
var words = reflect.TypeFor[encoding.TextAppender]()

// textOf returns a value of kind text.
func textOf(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return v.Interface().(fmt.Stringer).String()
}

func kindOf(t reflect.Type) (k kind, scalar bool) {
	switch t {
	case reflect.TypeFor[analyzer.Time]():
		return timestamp, true
	case reflect.TypeFor[analyzer.Seconds]():
		return seconds, true
	case reflect.TypeFor[netip.Addr]():
		return address, true
	case reflect.TypeFor[conn.Caveats]():
		return list, true
	}
	if t.Kind() != reflect.Pointer && t.Implements(words) {
		return text, true
	}
	switch t.Kind() {
	case reflect.String:
		return text, true
	case reflect.Bool:
		return boolean, true
	case reflect.Slice:
		return list, true
	case reflect.Struct:
		return 0, false
	case reflect.Int, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return integer, true
	}
	panic("report: no column for " + t.String())
}

// value returns the field of a Record; false means null.
func (c *column) value(record reflect.Value) (v reflect.Value, ok bool) {
	v = record
	for _, i := range c.path {
		v = v.Field(i)
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
	}
	return v, true
}

// append appends a value as text. Strings are made safe; they hold no tab and
// no line end then.
func (c *column) append(dst []byte, v reflect.Value) []byte {
	switch c.kind {
	case text:
		return append(dst, Safe(textOf(v))...)
	case integer:
		if v.CanUint() {
			return strconv.AppendUint(dst, v.Uint(), 10)
		}
		return strconv.AppendInt(dst, v.Int(), 10)
	case boolean:
		return strconv.AppendBool(dst, v.Bool())
	case seconds:
		return analyzer.Seconds(v.Int()).Append(dst)
	case timestamp:
		return analyzer.Time(v.Int()).Append(dst)
	case address:
		ip := *v.Addr().Interface().(*netip.Addr)
		if !ip.IsValid() {
			return dst
		}
		return ip.AppendTo(dst)
	}
	if c.null && v.Len() == 0 {
		return dst
	}
	return c.json(dst, v)
}
