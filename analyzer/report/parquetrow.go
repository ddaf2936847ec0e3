package report

import (
	"net/netip"
	"reflect"
	"strings"
	"sync"

	"finwait/analyzer"
	"finwait/reassembly"
)

// rowType is a row of the Parquet file: a struct with a field for each of columns.
// It is made at run time, so that a new field of the record is a new column.
var rowType = sync.OnceValue(func() reflect.Type {
	var fields []reflect.StructField
	record := reflect.TypeFor[analyzer.Record]()
	for _, c := range columns {
		t, null := record, false
		for _, i := range c.path {
			f := t.Field(i)
			t = f.Type
			null = null || mayBeNull(f)
			if t.Kind() == reflect.Pointer {
				t = t.Elem()
			}
		}
		fields = append(fields, rowField(c.name, t, null))
	}
	return reflect.StructOf(fields)
})

// mayBeNull reports whether a field is null, or missing, in some JSON.
func mayBeNull(f reflect.StructField) bool {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return f.Type.Kind() == reflect.Pointer || options == "omitempty" || name == "vlan"
}

// rowField returns the field that holds values of type t in Parquet.
func rowField(name string, t reflect.Type, null bool) reflect.StructField {
	tag := name
	k, scalar := kindOf(t)
	switch {
	case scalar && k == timestamp:
		tag += ",timestamp(nanosecond:utc)"
	case scalar && k == text:
		tag += ",dict"
	case scalar && k == list:
		tag += ",list"
	}
	stored := storedType(t)
	if null {
		tag += ",optional"
		if k != list {
			stored = reflect.PointerTo(stored)
		}
	}
	return reflect.StructField{
		Name: "F_" + name,
		Type: stored,
		Tag:  reflect.StructTag(`parquet:"` + tag + `"`),
	}
}

// storedType returns the type in which values of type t are handed to the library.
func storedType(t reflect.Type) reflect.Type {
	k, scalar := kindOf(t)
	if !scalar {
		var fields []reflect.StructField
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			fields = append(fields, rowField(name, inner, mayBeNull(f)))
		}
		return reflect.StructOf(fields)
	}
	switch k {
	case integer, timestamp:
		return reflect.TypeFor[int64]()
	case seconds:
		return reflect.TypeFor[float64]()
	case boolean:
		return reflect.TypeFor[bool]()
	case list:
		if t == caveats {
			return reflect.TypeFor[[]string]()
		}
		return reflect.SliceOf(storedType(t.Elem()))
	}
	return reflect.TypeFor[string]()
}

// fillRow puts a record into a row.
func fillRow(row, record reflect.Value) {
	for i := range columns {
		v, ok := columns[i].value(record)
		store(row.Field(i), v, ok)
	}
}

// store puts the value v into a field that was made for it; ok is false where v is
// null.
func store(to, v reflect.Value, ok bool) {
	if v.Kind() == reflect.Pointer {
		if ok = ok && !v.IsNil(); ok {
			v = v.Elem()
		}
	}
	if !ok || to.Kind() == reflect.Pointer && v.Kind() == reflect.String && v.Len() == 0 {
		to.SetZero()
		return
	}
	if to.Kind() == reflect.Pointer {
		if to.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
		}
		to = to.Elem()
	}
	switch k, scalar := kindOf(v.Type()); {
	case !scalar:
		for i := range v.NumField() {
			store(to.Field(i), v.Field(i), true)
		}
	case k == list:
		storeList(to, v)
	case k == seconds:
		to.SetFloat(float64(v.Int()) / 1e9)
	case k == boolean:
		to.SetBool(v.Bool())
	case k == text:
		to.SetString(strings.ToValidUTF8(textOf(v), "\uFFFD"))
	case k == address:
		to.SetString(addressText(v))
	case v.CanUint():
		to.SetInt(int64(v.Uint()))
	default:
		to.SetInt(v.Int())
	}
}

// caveats are a list of words in one number.
var caveats = reflect.TypeFor[reassembly.Caveats]()

func storeList(to, v reflect.Value) {
	if v.Type() == caveats {
		v = reflect.ValueOf(reassembly.Caveats(v.Uint()).Names())
	}
	if v.Len() == 0 {
		to.SetZero()
		return
	}
	if to.Cap() < v.Len() {
		to.Set(reflect.MakeSlice(to.Type(), v.Len(), v.Len()))
	}
	to.SetLen(v.Len())
	for i := range v.Len() {
		store(to.Index(i), v.Index(i), true)
	}
}

// addressText returns an address as JSON has it.
func addressText(v reflect.Value) string {
	ip := v.Interface().(netip.Addr)
	if !ip.IsValid() {
		return ""
	}
	return ip.WithZone("").String()
}
