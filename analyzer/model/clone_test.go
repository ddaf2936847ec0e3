package model

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
)

// A clone says the same, and nothing that is written to the original changes it.
func TestClone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		var r Record
		fill(rnd, reflect.ValueOf(&r).Elem())
		c := r.Clone()
		before := c.AppendJSON(nil)
		if got := r.AppendJSON(nil); !bytes.Equal(got, before) {
			t.Fatalf("cloned %s\nas %s", got, before)
		}
		scribble(reflect.ValueOf(&r).Elem())
		if got := c.AppendJSON(nil); !bytes.Equal(got, before) {
			t.Fatalf("the clone was %s\nand is %s", before, got)
		}
	}
}

// scribble sets to zero whatever v and what it leads to hold.
func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scribble(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scribble(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				scribble(v.Field(i))
			}
		}
	}
	if v.CanSet() {
		v.SetZero()
	}
}
