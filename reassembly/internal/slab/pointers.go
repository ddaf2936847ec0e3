package slab

import "reflect"

// PointerIn names the first thing in a type that is or holds a pointer; "" if nothing
// does. Tests hold the types of slabs to it.
func PointerIn(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Array:
		return PointerIn(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if where := PointerIn(f.Type); where != "" {
				return f.Name + " " + where
			}
		}
		return ""
	case reflect.Pointer, reflect.Slice, reflect.String, reflect.Map, reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
		return t.String()
	}
	return ""
}
