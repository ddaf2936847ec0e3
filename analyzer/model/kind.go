package model

import (
	"encoding"
	"net/netip"
	"reflect"
	"strings"

	"finwait/reassembly/conn"
)

// Kind is what the values of a type are, whatever form they are written in. KindOf
// alone decides it: JSON, its schema, columns, Parquet and conditions each say how they
// write a Kind.
type Kind uint8

// The kinds of values.
const (
	KindObject   Kind = iota // a struct, whose fields are its Members
	KindOptional             // a pointer: null, or a value of its element
	KindList                 // of elements
	KindMap                  // of elements, by names
	KindBool
	KindInteger
	KindNumber   // with a fraction
	KindString   // any text
	KindWord     // an enumeration, which owns its words
	KindText     // Text, whose words follow from facts
	KindWords    // a list of words in one number: caveats
	KindDuration // Seconds
	KindTime
	KindAddress // of IP
)

// ownKinds are the kinds of types that have one of their own.
var ownKinds = map[reflect.Type]Kind{
	reflect.TypeFor[Seconds]():      KindDuration,
	reflect.TypeFor[Time]():         KindTime,
	reflect.TypeFor[netip.Addr]():   KindAddress,
	reflect.TypeFor[Text]():         KindText,
	reflect.TypeFor[conn.Caveats](): KindWords,
}

var basicKinds = map[reflect.Kind]Kind{
	reflect.Struct: KindObject, reflect.Pointer: KindOptional, reflect.Slice: KindList, reflect.Map: KindMap,
	reflect.Bool: KindBool, reflect.String: KindString, reflect.Float64: KindNumber,
	reflect.Int: KindInteger, reflect.Int64: KindInteger, reflect.Uint16: KindInteger, reflect.Uint32: KindInteger,
}

// KindOf returns the kind of a type. It panics where there is none.
func KindOf(t reflect.Type) Kind {
	if kind, ok := ownKinds[t]; ok {
		return kind
	}
	if t.Kind() == reflect.Uint8 && t.Implements(reflect.TypeFor[encoding.TextAppender]()) {
		return KindWord
	}
	kind, ok := basicKinds[t.Kind()]
	if !ok {
		panic("model: values of " + t.String() + " are of no kind")
	}
	return kind
}

// Value returns the type of what is behind a pointer, or the type itself.
func Value(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// Member is a field of an object, as its declaration says.
type Member struct {
	reflect.StructField
	Name      string   // in JSON
	About     string   // what it means; may be ""
	Left      bool     // left out where it is empty
	EmptyNull bool     // null where it is an empty list
	Words     []string // its values, of a list those of its elements; none where that is open
}

// Members returns the members of an object in their order.
func Members(t reflect.Type) (list []Member) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		m := Member{
			StructField: f, Name: name, About: f.Tag.Get("about"),
			Left: options == "omitempty" || options == "omitzero", EmptyNull: f.Tag.Get("empty") == "null", Words: wordsOf(f.Type),
		}
		if words, ok := f.Tag.Lookup("words"); ok { // where not all of an enumeration is meant, or more
			m.Words = strings.Fields(words)
		}
		list = append(list, m)
	}
	return list
}

// MayBeNull reports whether the member is null, or missing, in some JSON.
func (m *Member) MayBeNull() bool { return KindOf(m.Type) == KindOptional || m.Left || m.EmptyNull }

// wordsOf returns the words of an enumeration, or of what a list or a pointer leads to.
func wordsOf(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if of, ok := reflect.Zero(t).Interface().(interface{ Words() []string }); ok {
		return of.Words()
	}
	return nil
}
