package report

import (
	"fmt"
	"net/netip"
	"reflect"
	"strconv"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
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
	typ  reflect.Type
	null bool // an empty list is null

	optional bool // the value, or an object that holds it, may be null

	json func([]byte, reflect.Value) []byte // appends a list
}

// columns are all fields of model.Record in their order. They are read off
// the type, so that a new field is in every flat format at once.
var columns = appendColumns(nil, column{}, reflect.TypeFor[model.Record]())

// appendColumns appends those of the members of an object, itself in a column.
func appendColumns(dst []column, in column, object reflect.Type) []column {
	for _, m := range model.Members(object) {
		c := column{
			name: in.name + m.Name, path: append(in.path[:len(in.path):len(in.path)], m.Index...), typ: model.Value(m.Type),
			null: m.EmptyNull, optional: in.optional || m.MayBeNull(),
		}
		of := model.KindOf(c.typ)
		if of == model.KindObject {
			c.name += "_"
			dst = appendColumns(dst, c, c.typ)
			continue
		}
		var ok bool
		if c.kind, ok = cellKinds[of]; !ok {
			panic("report: no column for " + c.typ.String())
		}
		if c.kind == list {
			c.json = model.JSONAppender(c.typ)
		}
		dst = append(dst, c)
	}
	return dst
}

// textOf returns a value of kind text.
func textOf(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return v.Interface().(fmt.Stringer).String()
}

// cellKinds are what a column of such values holds. Objects have a column for each member.
var cellKinds = map[model.Kind]kind{
	model.KindString: text, model.KindWord: text, model.KindText: text,
	model.KindInteger: integer, model.KindBool: boolean, model.KindDuration: seconds,
	model.KindTime: timestamp, model.KindAddress: address,
	model.KindList: list, model.KindWords: list,
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
		return append(dst, prose.Safe(textOf(v))...)
	case integer:
		if v.CanUint() {
			return strconv.AppendUint(dst, v.Uint(), 10)
		}
		return strconv.AppendInt(dst, v.Int(), 10)
	case boolean:
		return strconv.AppendBool(dst, v.Bool())
	case seconds:
		return model.Seconds(v.Int()).Append(dst)
	case timestamp:
		return model.Time(v.Int()).Append(dst)
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
