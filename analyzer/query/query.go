package query

import (
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"finwait/analyzer"
)

// Query is a compiled expression. It is for one goroutine.
type Query struct {
	text    string
	program *vm.Program
	machine vm.VM
	used    []int // indices into recordFields: what the expression asks for
	env     reflect.Value
}

var (
	recordFields = fieldsOf(reflect.TypeFor[analyzer.Record]())
	envType      = structOf(recordFields)
	recordRoot   = &root{typ: envType}
)

// Compile checks an expression, which must be a condition. An error is an
// *Error.
func Compile(text string) (*Query, error) {
	q := &Query{text: text, env: reflect.New(envType).Elem()}
	var seen identifiers
	values := valueChecker{root: recordRoot}
	program, err := expr.Compile(text, expr.Env(q.env.Interface()), expr.Patch(&values), expr.Patch(lenient{}), expr.Patch(&seen), expr.AsBool())
	if err != nil {
		return nil, recordRoot.explain(text, err)
	}
	if err := values.err(text); err != nil {
		return nil, err
	}
	q.program = program
	for i, f := range recordFields {
		if seen[f.name] {
			q.used = append(q.used, i)
		}
	}
	return q, nil
}

// Match reports whether a record meets the condition.
func (q *Query) Match(r *analyzer.Record) (bool, error) {
	src := reflect.ValueOf(r).Elem()
	for _, i := range q.used {
		f := &recordFields[i]
		f.fill(q.env.Field(i), src.Field(f.index))
	}
	out, err := q.machine.Run(q.program, q.env.Interface())
	if err != nil {
		return false, recordRoot.explain(q.text, err)
	}
	match, ok := out.(bool)
	if !ok {
		return false, &Error{Text: q.text, Line: 1, Message: "it is no condition here: neither true nor false"}
	}
	return match, nil
}

// identifiers gathers the names in an expression.
type identifiers map[string]bool

func (s *identifiers) Visit(node *ast.Node) {
	if *s == nil {
		*s = identifiers{}
	}
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		(*s)[n.Value] = true
		if n.Value == "$env" { // the whole record
			for _, f := range recordFields {
				(*s)[f.name] = true
			}
		}
	}
}
