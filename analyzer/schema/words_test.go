package schema

import (
	"encoding"
	"fmt"
	"reflect"
	"testing"

	"finwait/analyzer/model"
)

// Every word that the schema allows is one that the field's type reads, and writes
// again.
func TestWordsComeBack(t *testing.T) {
	seen := map[reflect.Type]bool{}
	words := 0
	var walk func(of reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for _, f := range model.Members(of) {
			walk(f.Type)
			enum := f.Type
			for enum.Kind() == reflect.Pointer || enum.Kind() == reflect.Slice {
				enum = enum.Elem()
			}
			for _, word := range f.Words {
				v := reflect.New(enum)
				text, ok := v.Interface().(encoding.TextUnmarshaler)
				if !ok {
					continue // caveats, and what is text
				}
				words++
				if err := text.UnmarshalText([]byte(word)); err != nil || v.Elem().Interface().(fmt.Stringer).String() != word {
					t.Errorf("%s.%s: %q comes back as %v (%v)", of, f.Name, word, v.Elem(), err)
				}
				if err := text.UnmarshalText([]byte(word + "?")); err == nil {
					t.Errorf("%s.%s takes %q", of, f.Name, word+"?")
				}
			}
		}
	}
	walk(reflect.TypeFor[model.Record]())
	walk(reflect.TypeFor[model.Summary]())
	if words < 50 {
		t.Errorf("only %d words were looked at", words)
	}
}
