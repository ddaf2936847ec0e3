package model

import "reflect"

// Clone returns a copy that stays valid when r no longer is: it shares nothing with
// r but what is never written to, as words and Facts are.
func (r *Record) Clone() *Record {
	c := *r
	c.room = room{}
	own(reflect.ValueOf(&c).Elem())
	return &c
}

// own gives v copies of what its pointers and lists lead to.
func own(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(v.Elem())
		own(c.Elem())
		v.Set(c)
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		for i := range c.Len() {
			own(c.Index(i))
		}
		v.Set(c)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				own(f)
			}
		}
	}
}
