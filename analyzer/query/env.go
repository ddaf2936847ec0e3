package query

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// view is how values of one type of the record look in an expression.
type view struct {
	typ  reflect.Type
	fill func(dst, src reflect.Value) // dst is of type typ
}

// viewOf derives the view of a type of the record. It follows the type itself,
// so that whatever a record says can be asked for.
func viewOf(t reflect.Type) view {
	switch model.KindOf(t) {
	case model.KindObject:
		return viewOfFields(fieldsOf(t))
	case model.KindOptional:
		return viewOfPointer(t)
	case model.KindList:
		return viewOfSlice(t)
	case model.KindDuration:
		return view{reflect.TypeFor[float64](), func(dst, src reflect.Value) { dst.SetFloat(time.Duration(src.Int()).Seconds()) }}
	case model.KindTime:
		return view{reflect.TypeFor[time.Time](), func(dst, src reflect.Value) {
			dst.Set(reflect.ValueOf(model.Time(src.Int()).Std()))
		}}
	case model.KindWord, model.KindText, model.KindAddress:
		return view{reflect.TypeFor[string](), func(dst, src reflect.Value) { dst.SetString(src.Interface().(fmt.Stringer).String()) }}
	case model.KindWords:
		return view{reflect.TypeFor[[]string](), func(dst, src reflect.Value) {
			dst.Set(reflect.ValueOf(conn.Caveats(src.Uint()).Names()))
		}}
	}
	return view{t, func(dst, src reflect.Value) { dst.Set(src) }}
}

func viewOfFields(fields []field) view {
	return view{structOf(fields), func(dst, src reflect.Value) {
		for i := range fields {
			fields[i].fill(dst.Field(i), src.Field(fields[i].index))
		}
	}}
}

// optional is v of what is null where the object that it belongs to is.
func (v view) optional() view {
	if k := v.typ.Kind(); k == reflect.Pointer || k == reflect.Slice {
		return v
	}
	return view{reflect.PointerTo(v.typ), func(dst, src reflect.Value) {
		p := reflect.New(v.typ)
		v.fill(p.Elem(), src)
		dst.Set(p)
	}}
}

func viewOfPointer(t reflect.Type) view {
	to := viewOf(t.Elem())
	if to.typ.Kind() == reflect.Struct && to.typ != reflect.TypeFor[time.Time]() {
		fields := fieldsOf(t.Elem())
		for i := range fields {
			fields[i].view = fields[i].optional()
		}
		to = viewOfFields(fields)
	}
	return view{reflect.PointerTo(to.typ), func(dst, src reflect.Value) {
		if src.IsNil() {
			dst.SetZero()
			return
		}
		v := reflect.New(to.typ)
		to.fill(v.Elem(), src.Elem())
		dst.Set(v)
	}}
}

func viewOfSlice(t reflect.Type) view {
	of := viewOf(t.Elem())
	if of.typ == t.Elem() {
		return view{t, func(dst, src reflect.Value) { dst.Set(src) }}
	}
	return view{reflect.SliceOf(of.typ), func(dst, src reflect.Value) {
		list := reflect.MakeSlice(reflect.SliceOf(of.typ), src.Len(), src.Len())
		for i := range src.Len() {
			of.fill(list.Index(i), src.Index(i))
		}
		dst.Set(list)
	}}
}

// field is one field of a struct of the record.
type field struct {
	name   string // its JSON name
	index  int    // in the struct
	goName string // its Go name
	words  string // the values that it can have, apart by spaces; "" where that is open
	view
}

// fieldsOf returns the fields of a struct.
func fieldsOf(t reflect.Type) (list []field) {
	for _, m := range model.Members(t) {
		list = append(list, field{m.Name, m.Index[0], m.StructField.Name, strings.Join(m.Words, " "), viewOf(m.Type)})
	}
	return list
}

// structOf returns the struct type in which an expression finds fields by their
// JSON names, and in their tags the words that they can be.
func structOf(fields []field) reflect.Type {
	list := make([]reflect.StructField, len(fields))
	for i, f := range fields {
		tag := `expr:"` + f.name + `" words:"` + f.words + `"`
		list[i] = reflect.StructField{Name: f.goName, Type: f.typ, Tag: reflect.StructTag(tag)}
	}
	return reflect.StructOf(list)
}

// names returns what may follow a dot behind a value of type t; none where
// nothing may.
func names(t reflect.Type) (list []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("expr"); name != "" {
			list = append(list, name)
		}
	}
	return list
}
