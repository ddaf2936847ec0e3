package schema

import (
	"reflect"
	"slices"
	"strings"

	analyzer "finwait/analyzer/model"
)

// Field is a member of the connection record as an expression sees it.
type Field struct {
	Name  string // behind a dot if it belongs to the last object or list before it
	Kind  string // what values are: "text or null", "list of objects"
	About string // what it means, in one line without a full stop; may be ""
	Words []string
	Depth int // how many objects and lists it is in
}

// Fields describes the members of the connection record, each object before its
// members. What both sides have is described once, for client and server.
func Fields() []Field { return fieldsOf(typed(reflect.TypeFor[analyzer.Record]()), 0) }

func fieldsOf(n node, depth int) (list []Field) {
	for i, name := range n.Properties.names {
		list = append(list, described(name, n.Properties.nodes[i], depth)...)
	}
	return list
}

// described returns a member and the members in it.
func described(name string, n node, depth int) []Field {
	f := Field{Name: name, Kind: n.kind(name), About: n.Description, Words: n.words(), Depth: depth}
	if depth > 0 {
		f.Name = "." + name
	}
	inside := n
	if sides := n.sides(); sides != nil {
		f.Name = name + ".client, " + name + ".server"
		inside = *sides
		f.Kind, f.Words = inside.kind(name), inside.words()
	}
	if inside.Items != nil {
		inside = *inside.Items
	}
	list := []Field{f}
	if inside.Properties != nil {
		list = append(list, fieldsOf(inside, depth+1)...)
	}
	return list
}

// sides returns what an object has for each side; nil if it is another one.
func (n *node) sides() *node {
	if n.Properties == nil || !slices.Equal(n.Properties.names, []string{"client", "server"}) {
		return nil
	}
	return &n.Properties.nodes[0]
}

// words returns the values that there are, for a list those of its elements;
// none where that is open.
func (n *node) words() (list []string) {
	if n.Items != nil {
		return n.Items.words()
	}
	if n.Const != "" {
		return []string{n.Const}
	}
	for _, v := range n.Enum {
		if word, ok := v.(string); ok {
			list = append(list, word)
		}
	}
	return list
}

// kind names the values of a member. Durations are those that are called so.
func (n *node) kind(name string) string {
	var kinds []string
	for _, t := range n.types() {
		switch {
		case t == "null":
			kinds = append(kinds, t)
		case t == "array":
			of := n.Items.kind(name)
			if of != "text" {
				of += "s"
			}
			kinds = append(kinds, "list of "+of)
		case t == "boolean":
			kinds = append(kinds, "true or false")
		case t == "string" && n.Format != "":
			kinds = append(kinds, "time")
		case t == "string":
			kinds = append(kinds, "text")
		case t == "object":
			kinds = append(kinds, t)
		case strings.HasSuffix(name, "_s"):
			kinds = append(kinds, "seconds")
		default:
			kinds = append(kinds, "number")
		}
	}
	return strings.Join(kinds, " or ")
}

func (n *node) types() []string {
	var list []string
	switch t := n.Type.(type) {
	case string:
		list = []string{t}
	case []any:
		for _, of := range t {
			list = append(list, of.(string))
		}
	}
	return list
}

// Words returns the values that a member of the output may have, for a list those
// of its elements; none where that is open. An enumeration knows its words; a tag
// says them where not all of it is meant, or more.
func Words(f reflect.StructField) []string {
	if words, ok := f.Tag.Lookup("words"); ok {
		return strings.Fields(words)
	}
	t := f.Type
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if of, ok := reflect.Zero(t).Interface().(interface{ Words() []string }); ok {
		return of.Words()
	}
	return nil
}
