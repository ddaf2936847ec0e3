package query

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// Why says in which way a capture is not as an assertion says.
type Why struct {
	Values  []Value  // what decided it
	Streams []uint32 // the connections at fault, as far as that can be told
}

// Value is a part of an assertion and what it is for the capture.
type Value struct {
	Text   string
	Is     string
	Stream *uint32 // nil where it is of the capture as a whole
}

// maxValues is how many connections are told with their values.
const maxValues = 5

// Why explains an assertion that does not hold.
func (a *Assertion) Why(f *Facts) *Why {
	w := new(Why)
	if n := a.parse(); n != nil {
		w.explain(f, n)
	}
	return w
}

func (w *Why) explain(f *Facts, n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			if holds, ok := f.eval(n.Left.String()).(bool); ok && !holds {
				w.explain(f, n.Left)
			} else {
				w.explain(f, n.Right)
			}
		case "||", "or":
			w.explain(f, n.Left)
			w.explain(f, n.Right)
		default:
			w.side(f, n.Left)
			w.side(f, n.Right)
		}
	case *ast.BuiltinNode:
		w.quantifier(f, n)
	}
}

// quantifier finds the elements for which all, none or one is false.
func (w *Why) quantifier(f *Facts, n *ast.BuiltinNode) {
	list, predicate, ok := overList(n)
	if !ok {
		return
	}
	offenders := ""
	switch n.Name {
	case "all":
		offenders = fmt.Sprintf("filter(%s, not (%s))", list, predicate)
	case "none":
		offenders = fmt.Sprintf("filter(%s, %s)", list, predicate)
	default:
		return
	}
	found, _ := f.eval(offenders).([]any)
	asked := decisive(n.Arguments[1])
	values, _ := f.eval(fmt.Sprintf("map(%s, %s)", offenders, asked)).([]any)
	for i, element := range found {
		stream := streamOf(element)
		w.add(stream)
		if i < len(values) && len(w.Values) < maxValues {
			w.Values = append(w.Values, Value{asked.String(), show(values[i]), stream})
		}
	}
}

// side tells what one side of a comparison is, and which connections make it so.
func (w *Why) side(f *Facts, n ast.Node) {
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.BoolNode, *ast.NilNode, *ast.ConstantNode, *ast.ArrayNode:
		return
	}
	value := f.eval(n.String())
	if f.budget.evals < 0 { // nobody looked
		return
	}
	w.Values = append(w.Values, Value{Text: n.String(), Is: show(value)})
	call, ok := n.(*ast.BuiltinNode)
	if !ok || len(call.Arguments) == 0 {
		return
	}
	if list, predicate, ok := overList(call); ok && call.Name == "count" {
		w.addAll(f, fmt.Sprintf("filter(%s, %s)", list, predicate))
		return
	}
	inner, ok := call.Arguments[0].(*ast.BuiltinNode)
	if !ok {
		return
	}
	list, predicate, ok := overList(inner)
	switch {
	case !ok:
	case inner.Name == "map" && (call.Name == "max" || call.Name == "min"):
		each, _ := f.eval(inner.String()).([]any)
		elements := reflect.ValueOf(f.eval(list.String()))
		for i, v := range each {
			if show(v) == show(value) && elements.Kind() == reflect.Slice && i < elements.Len() {
				w.add(streamOf(elements.Index(i).Interface()))
			}
		}
	case inner.Name == "filter" && call.Name == "len":
		w.addAll(f, fmt.Sprintf("filter(%s, %s)", list, predicate))
	}
}

// overList returns the arguments of a function over a list.
func overList(n *ast.BuiltinNode) (list, predicate ast.Node, ok bool) {
	if len(n.Arguments) < 2 {
		return nil, nil, false
	}
	p, ok := n.Arguments[1].(*ast.PredicateNode)
	return n.Arguments[0], p, ok
}

// decisive returns what a predicate compares, or all of it.
func decisive(predicate ast.Node) ast.Node {
	if p, ok := predicate.(*ast.PredicateNode); ok {
		predicate = p.Node
	}
	if b, ok := predicate.(*ast.BinaryNode); ok && b.Operator != "&&" && b.Operator != "||" && b.Operator != "and" && b.Operator != "or" {
		return b.Left
	}
	return predicate
}

func (w *Why) addAll(f *Facts, list string) {
	found, _ := f.eval(list).([]any)
	for _, element := range found {
		w.add(streamOf(element))
	}
}

func (w *Why) add(stream *uint32) {
	if stream != nil && !slices.Contains(w.Streams, *stream) {
		w.Streams = append(w.Streams, *stream)
	}
}

// streamOf returns the stream of a flow or a finding.
func streamOf(element any) *uint32 {
	v := reflect.ValueOf(element)
	if v.Kind() != reflect.Struct {
		return nil
	}
	field := v.FieldByName("Stream")
	if field.IsValid() && field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	if !field.IsValid() || field.Kind() != reflect.Uint32 {
		return nil
	}
	stream := uint32(field.Uint())
	return &stream
}

// show writes a value as an expression would; what is long is cut.
func show(v any) string {
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer && !r.IsNil() {
		r = r.Elem()
	}
	if !r.IsValid() || r.Kind() == reflect.Pointer {
		return "null"
	}
	if t, ok := r.Interface().(time.Time); ok {
		return t.UTC().Format(time.RFC3339Nano)
	}
	text, err := json.Marshal(r.Interface())
	if err != nil {
		return fmt.Sprint(r.Interface())
	}
	const most = 80
	if out := string(text); len(out) <= most {
		return out
	}
	return strings.ToValidUTF8(string(text[:most]), "") + "…"
}
