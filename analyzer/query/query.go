package query

import (
	"errors"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
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
	program, err := expr.Compile(text, expr.Env(q.env.Interface()), expr.Patch(lenient{}), expr.Patch(&seen), expr.AsBool())
	if err != nil {
		return nil, explain(recordRoot, text, err)
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
		return false, explain(recordRoot, q.text, err)
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

// explain makes an error of ours of one of expr's.
func explain(of *root, text string, err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return &Error{Text: text, Line: 1, Message: err.Error()}
	}
	message, near := of.reword(at.Message)
	return &Error{Text: text, Line: max(at.Line, 1), Column: at.Column, Message: message, Nearest: near}
}
