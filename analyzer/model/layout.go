package model

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
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

	doubled bool // the quotes of an enumeration's words are doubled

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
	jsonDoubled // a value whose quotes are doubled once it stands there
)

// forms are how the values of a Kind are written; those of integers depend on their size.
var forms = map[Kind]jsonKind{
	KindOptional: jsonPointer, KindList: jsonList, KindBool: jsonBool, KindString: jsonString, KindWord: jsonWord,
	KindText: jsonText, KindWords: jsonCaveats, KindDuration: jsonSeconds, KindTime: jsonTime, KindAddress: jsonAddress,
}

var integers = map[reflect.Kind]jsonKind{
	reflect.Int: jsonInt, reflect.Int64: jsonInt64, reflect.Uint16: jsonUint16, reflect.Uint32: jsonUint32,
}

// layoutOf returns the layout of values of a type.
func layoutOf(t reflect.Type) layout {
	return (&layoutBuilder{}).layoutOf(t)
}

// layoutBuilder makes a layout.
type layoutBuilder struct {
	steps    layout
	pending  string    // text that no step has yet
	optional *optional // and a member among it
	rest     int       // what of the text follows that member begins there
	doubled  bool      // quotes are doubled, see CellAppender
}

// layoutOf returns the layout of values of a type by themselves.
func (b *layoutBuilder) layoutOf(t reflect.Type) layout {
	of := layoutBuilder{doubled: b.doubled}
	of.value(t, 0, &Member{Words: wordsOf(t)})
	return of.done()
}

// quoted returns a text as it stands in the layout.
func (b *layoutBuilder) quoted(text string) string {
	if b.doubled {
		return strings.ReplaceAll(text, `"`, `""`)
	}
	return text
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
	if s.text, s.before = newShort(b.quoted(b.pending)), b.optional; s.before != nil {
		s.rest = b.quoted(b.pending[b.rest:])
	}
	b.pending, b.optional = "", nil
	b.steps = append(b.steps, s)
}

// value adds a value of type t that stands at an offset; m is the member that it belongs
// to.
func (b *layoutBuilder) value(t reflect.Type, offset uintptr, m *Member) {
	s, quote := step{offset: offset, typ: t, doubled: b.doubled}, ""
	switch kind := KindOf(t); kind {
	case KindObject:
		b.object(t, offset)
		return
	case KindInteger:
		s.kind = integers[t.Kind()]
	case KindWord:
		s.kind, s.words = jsonWord, b.wordsByValue(t, m.Words)
	case KindTime, KindAddress:
		s.kind, quote = forms[kind], `"`
	case KindString, KindText, KindWords:
		s.kind = forms[kind]
		if b.doubled {
			s.kind, s.of = jsonDoubled, layoutOf(t)
		}
	default:
		if s.kind = forms[kind]; s.kind == jsonEnd {
			panic("model: no JSON for " + t.String())
		}
	}
	if s.kind == jsonPointer || s.kind == jsonList {
		of := layoutBuilder{doubled: b.doubled}
		of.value(t.Elem(), 0, m)
		s.of = of.done()
	}
	if s.kind == jsonList {
		s.stride, s.null = t.Elem().Size(), m.EmptyNull
	}
	b.pending += quote
	b.add(s)
	b.pending = quote
}

// object adds the members of a struct. An optional one brings the comma behind it
// along, unless it is the last.
func (b *layoutBuilder) object(t reflect.Type, offset uintptr) {
	b.pending += "{"
	comma, list := "", Members(t)
	for i := range list {
		f := &list[i]
		name := `"` + f.Name + `":`
		if !f.Left {
			b.pending += comma + name
			comma = ","
			b.value(f.Type, offset+f.Offset, f)
			continue
		}
		if b.optional != nil {
			b.flush()
		}
		o := &optional{offset: offset + f.Offset, of: b.layoutOf(f.Type), list: KindOf(f.Type) == KindList}
		if i == len(list)-1 {
			o.text = b.pending + comma + name
		} else {
			b.pending += comma
			comma = ""
			o.text, o.after = b.pending+name, ","
		}
		o.text, o.after = b.quoted(o.text), b.quoted(o.after)
		b.optional, b.rest = o, len(b.pending)
	}
	b.pending += "}"
}

// wordsByValue returns words of an enumeration as JSON strings.
func (b *layoutBuilder) wordsByValue(t reflect.Type, words []string) (list []short) {
	for _, word := range words {
		v := reflect.New(t)
		if err := v.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(word)); err != nil {
			panic(fmt.Sprintf("model: %v: %v", t, err))
		}
		for uint64(len(list)) <= v.Elem().Uint() {
			list = append(list, short{})
		}
		list[v.Elem().Uint()] = newShort(b.quoted(string(appendStr(nil, word))))
	}
	return list
}

// wordOf returns the word of a value of an enumeration.
func wordOf(v reflect.Value) string { return v.Interface().(fmt.Stringer).String() }
