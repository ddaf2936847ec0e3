package schema

import (
	"reflect"

	"finwait/analyzer/model"
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
func Fields() []Field { return fieldsOf(reflect.TypeFor[model.Record](), 0) }

func fieldsOf(t reflect.Type, depth int) (list []Field) {
	for _, m := range model.Members(t) {
		list = append(list, described(&m, depth)...)
	}
	return list
}

// described returns a member and the members in it.
func described(m *model.Member, depth int) []Field {
	f := Field{Name: m.Name, About: m.About, Depth: depth}
	if depth > 0 {
		f.Name = "." + m.Name
	}
	inside := model.Value(m.Type)
	if side := sides(inside); side != nil {
		f.Name = m.Name + ".client, " + m.Name + ".server"
		m = side
		inside = model.Value(m.Type)
	}
	f.Kind, f.Words = kindWords(m.Type), m.Words
	if m.EmptyNull {
		f.Kind += " or null"
	}
	if model.KindOf(inside) == model.KindList {
		inside = inside.Elem()
	}
	list := []Field{f}
	if model.KindOf(inside) == model.KindObject {
		list = append(list, fieldsOf(inside, depth+1)...)
	}
	return list
}

// sides returns what an object has for each side; nil if it is another one.
func sides(t reflect.Type) *model.Member {
	if model.KindOf(t) != model.KindObject {
		return nil
	}
	if list := model.Members(t); len(list) == 2 && list[0].Name == "client" && list[1].Name == "server" {
		return &list[0]
	}
	return nil
}

// kindWords names what the values of a type are.
func kindWords(t reflect.Type) string {
	switch model.KindOf(t) {
	case model.KindOptional:
		return kindWords(t.Elem()) + " or null"
	case model.KindList:
		of := kindWords(t.Elem())
		if of != "text" {
			of += "s"
		}
		return "list of " + of
	case model.KindWords:
		return "list of text"
	case model.KindObject, model.KindMap:
		return "object"
	case model.KindBool:
		return "true or false"
	case model.KindInteger, model.KindNumber:
		return "number"
	case model.KindDuration:
		return "seconds"
	case model.KindTime:
		return "time"
	}
	return "text"
}
