package records

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
	in   int   // the object that holds it, one of objects
	path []int // the field of each struct on the way down
	typ  reflect.Type
	word bool // text is a word of an enumeration
	null bool // an empty list is null

	optional bool // the value, or an object that holds it, may be null

	json func([]byte, reflect.Value) []byte // appends a list
	cell func([]byte, reflect.Value) []byte // and this with every quote doubled
}

// objects are the structs of a record that flatten into columns, the record first, by
// what holds them and as which field.
var objects = []struct{ in, field int }{{}}

// columns are all fields of model.Record in their order. They are read off
// the type, so that a new field is in every flat format at once.
var columns = appendColumns(nil, column{}, reflect.TypeFor[model.Record]())

// appendColumns appends those of the members of an object, itself in a column.
func appendColumns(dst []column, in column, object reflect.Type) []column {
	at := len(objects) - 1
	for _, m := range model.Members(object) {
		c := column{
			name: in.name + m.Name, in: at, path: append(in.path[:len(in.path):len(in.path)], m.Index...), typ: model.Value(m.Type),
			word: model.KindOf(model.Value(m.Type)) == model.KindWord, null: m.EmptyNull, optional: in.optional || m.MayBeNull(),
		}
		of := model.KindOf(c.typ)
		if of == model.KindObject {
			c.name += "_"
			objects = append(objects, struct{ in, field int }{at, m.Index[0]})
			dst = appendColumns(dst, c, c.typ)
			continue
		}
		var ok bool
		if c.kind, ok = cellKinds[of]; !ok {
			panic("records: no column for " + c.typ.String())
		}
		if c.kind == list {
			c.json, c.cell = model.JSONAppender(c.typ), model.CellAppender(c.typ)
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

// values finds the values of records by columns. The zero value is ready.
type values []reflect.Value // by object; one that is null is invalid

// of turns to a record.
func (l *values) of(r *model.Record) {
	if *l == nil {
		*l = make(values, len(objects))
	}
	(*l)[0] = reflect.ValueOf(r).Elem()
	for i := 1; i < len(objects); i++ {
		(*l)[i], _ = field((*l)[objects[i].in], objects[i].field)
	}
}

// value returns what the record has in a column; false means null.
func (l values) value(c *column) (v reflect.Value, ok bool) {
	return field(l[c.in], c.path[len(c.path)-1])
}

// field returns a field of an object, or what it points to.
func field(object reflect.Value, i int) (v reflect.Value, ok bool) {
	if !object.IsValid() {
		return object, false
	}
	if v = object.Field(i); v.Kind() != reflect.Pointer {
		return v, true
	}
	v = v.Elem()
	return v, v.IsValid()
}

// append appends a value as text. Strings are made safe; they hold no tab and
// no line end then.
func (c *column) append(dst []byte, v reflect.Value) []byte {
	switch c.kind {
	case text:
		if c.word {
			return append(dst, textOf(v)...)
		}
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
