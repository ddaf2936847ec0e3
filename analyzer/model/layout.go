package model

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"strings"

	"finwait/reassembly/conn"
)

// A layout is how values of a type are written as JSON: steps that are taken one
// after the other. It is made of the type, of the names in its json tags and of the
// words of its enumerations, so that a member of the record stands in one place.
// Structs in structs are part of the same layout; what pointers and lists lead to has
// its own.
type layout []step

// step is a text that always stands there, and then a value.
type step struct {
	text   short
	kind   jsonKind
	offset uintptr

	of     layout       // what a pointer or a list leads to
	stride uintptr      // of a list, from one element to the next
	null   bool         // a list without elements is null
	words  []short      // of an enumeration, as JSON strings by value; empty for one to be looked up
	typ    reflect.Type // of an enumeration

	before *optional // a member that may stand before; then the text is rest
	rest   string
}

// short is a text that mostly has room in a few registers: to copy all of them takes
// less than to copy as much as there is.
type short struct {
	n     int // octets of it
	begin [shortLen]byte
	all   string // where it is longer
}

const shortLen = 32

func newShort(s string) short {
	t := short{n: len(s), all: s}
	copy(t.begin[:], s)
	return t
}

func (t *short) append(dst []byte) []byte {
	n := len(dst)
	if t.n > shortLen || cap(dst)-n < shortLen {
		return append(dst, t.all...)
	}
	*(*[shortLen]byte)(dst[n : n+shortLen]) = t.begin
	return dst[:n+t.n]
}

// optional is a member that is left out where it is empty.
type optional struct {
	text   string // what stands before its value
	after  string // and behind it
	offset uintptr
	of     layout
	list   bool // else it is a string
}

type jsonKind uint8

const (
	jsonEnd jsonKind = iota // text without a value
	jsonBool
	jsonInt
	jsonInt64
	jsonUint16
	jsonUint32
	jsonString
	jsonWord
	jsonText
	jsonSeconds
	jsonTime
	jsonAddress
	jsonCaveats
	jsonPointer
	jsonList
)

// kinds are those of types that have their own form.
var kinds = map[reflect.Type]jsonKind{
	reflect.TypeFor[Seconds]():      jsonSeconds,
	reflect.TypeFor[Time]():         jsonTime,
	reflect.TypeFor[netip.Addr]():   jsonAddress,
	reflect.TypeFor[Text]():         jsonText,
	reflect.TypeFor[conn.Caveats](): jsonCaveats,
}

var basicKinds = map[reflect.Kind]jsonKind{
	reflect.Bool: jsonBool, reflect.Int: jsonInt, reflect.Int64: jsonInt64,
	reflect.Uint16: jsonUint16, reflect.Uint32: jsonUint32, reflect.String: jsonString,
	reflect.Pointer: jsonPointer, reflect.Slice: jsonList,
}

// layoutOf returns the layout of values of a type.
func layoutOf(t reflect.Type) layout {
	var b layoutBuilder
	b.value(t, 0, "")
	return b.done()
}

// layoutBuilder makes a layout.
type layoutBuilder struct {
	steps    layout
	pending  string    // text that no step has yet
	optional *optional // and a member among it
	rest     int       // what of the text follows that member begins there
}

func (b *layoutBuilder) done() layout {
	b.flush()
	return b.steps
}

func (b *layoutBuilder) flush() {
	if b.pending != "" || b.optional != nil {
		b.add(step{kind: jsonEnd})
	}
}

func (b *layoutBuilder) add(s step) {
	if s.text, s.before = newShort(b.pending), b.optional; s.before != nil {
		s.rest = b.pending[b.rest:]
	}
	b.pending, b.optional = "", nil
	b.steps = append(b.steps, s)
}

// value adds a value of type t that stands at an offset; tag is that of its field.
func (b *layoutBuilder) value(t reflect.Type, offset uintptr, tag reflect.StructTag) {
	s := step{offset: offset, typ: t}
	kind, own := kinds[t]
	switch {
	case own:
		s.kind = kind
	case t.Kind() == reflect.Struct:
		b.object(t, offset)
		return
	case isEnumeration(t):
		s.kind, s.words = jsonWord, wordsByValue(t, tag)
	default:
		if s.kind = basicKinds[t.Kind()]; s.kind == jsonEnd {
			panic("model: no JSON for " + t.String())
		}
	}
	if s.kind == jsonPointer || s.kind == jsonList {
		var of layoutBuilder
		of.value(t.Elem(), 0, tag)
		s.of = of.done()
	}
	if s.kind == jsonList {
		s.stride, s.null = t.Elem().Size(), tag.Get("empty") == "null"
	}
	b.add(s)
}

// object adds the members of a struct. An optional one brings the comma behind it
// along, unless it is the last.
func (b *layoutBuilder) object(t reflect.Type, offset uintptr) {
	b.pending += "{"
	comma, last := "", lastMember(t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		name = `"` + name + `":`
		if options != "omitempty" {
			b.pending += comma + name
			comma = ","
			b.value(f.Type, offset+f.Offset, f.Tag)
			continue
		}
		if b.optional != nil {
			b.flush()
		}
		o := &optional{offset: offset + f.Offset, of: layoutOf(f.Type), list: f.Type.Kind() == reflect.Slice}
		if i == last {
			o.text = b.pending + comma + name
		} else {
			b.pending += comma
			comma = ""
			o.text, o.after = b.pending+name, ","
		}
		b.optional, b.rest = o, len(b.pending)
	}
	b.pending += "}"
}

// lastMember returns the index of the last field that is a member.
func lastMember(t reflect.Type) (last int) {
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("json"); name != "" && name != "-" {
			last = i
		}
	}
	return last
}

// isEnumeration reports whether the values of a type are written as words.
func isEnumeration(t reflect.Type) bool {
	return t.Kind() == reflect.Uint8 && t.Implements(reflect.TypeFor[encoding.TextAppender]())
}

// wordsByValue returns the words of an enumeration as JSON strings.
func wordsByValue(t reflect.Type, tag reflect.StructTag) (list []short) {
	words := strings.Fields(tag.Get("words"))
	if of, ok := reflect.Zero(t).Interface().(interface{ Words() []string }); ok {
		words = append(words, of.Words()...)
	}
	for _, word := range words {
		v := reflect.New(t)
		if err := v.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(word)); err != nil {
			panic(fmt.Sprintf("model: %v: %v", t, err))
		}
		for uint64(len(list)) <= v.Elem().Uint() {
			list = append(list, short{})
		}
		list[v.Elem().Uint()] = newShort(string(appendStr(nil, word)))
	}
	return list
}

// wordOf returns the word of a value of an enumeration.
func wordOf(v reflect.Value) string { return v.Interface().(fmt.Stringer).String() }
