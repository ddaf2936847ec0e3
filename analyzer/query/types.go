package query

import (
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"

	"finwait/analyzer/model"
)

// typeOf returns the type of a path of fields as it is written; nil where it is
// something else.
func (m *mistake) typeOf(n ast.Node) reflect.Type {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return memberOf(m.root.typ, n.Value)
	case *ast.MemberNode:
		if p, ok := n.Property.(*ast.StringNode); ok {
			return memberOf(m.typeOf(n.Node), p.Value)
		}
	}
	return nil
}

// memberOf returns the type of a field of an object, or of a pointer to one.
func memberOf(t reflect.Type, name string) reflect.Type {
	f := fieldOf(t, name)
	if f == nil {
		return nil
	}
	return f.Type
}

func fieldOf(t reflect.Type, name string) *reflect.StructField {
	if t == nil || model.Value(t).Kind() != reflect.Struct {
		return nil
	}
	t = model.Value(t)
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("expr") == name {
			return &f
		}
	}
	return nil
}

// objects returns what a list is of, if that is objects; nil otherwise.
func objects(t reflect.Type) reflect.Type {
	if t == nil || t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return nil
	}
	return t.Elem()
}

// pathsTo returns what leads to fields of this name in the objects of t.
func pathsTo(t reflect.Type, name, before string) (paths []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		path := before + f.Tag.Get("expr")
		if f.Tag.Get("expr") == name {
			paths = append(paths, path)
		}
		switch to := model.Value(f.Type); {
		case to.Kind() == reflect.Struct:
			paths = append(paths, pathsTo(to, name, path+".")...)
		case objects(to) != nil && fieldOf(objects(to), name) != nil:
			paths = append(paths, "any("+path+", ."+name+" …)")
		}
	}
	return paths
}

// value returns the word as fields can have it: half-closed, FIN-WAIT-2, FIN201.
// "" where no field can have it.
func (o *root) value(word string) string {
	if ruleID().MatchString(word) {
		return word
	}
	found := ""
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || found != "" {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			if found == "" {
				found = find(f.Tag.Get("words"), word)
			}
			if f.Tag.Get("expr") != "" {
				walk(f.Type)
			}
		}
	}
	walk(o.typ)
	return found
}

// find returns the one of words that is spelt so, but for case and hyphens; "" if
// there is none.
func find(words, word string) string {
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s))
	}
	for known := range strings.FieldsSeq(words) {
		if plain(known) == plain(word) {
			return known
		}
	}
	return ""
}
