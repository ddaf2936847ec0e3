package query

import (
	"reflect"
	"regexp"
	"sync"

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
	used    []int // indices into the record's fields: what the expression asks for
	env     reflect.Value
}

// environment is what expressions over records see: the fields, and a struct type made
// of them.
type environment struct {
	root
	fields []field
}

// records is made when the first expression is compiled, and so are the regular
// expressions here: most runs have none, and making them took a fifth of the start.
var records = sync.OnceValue(func() *environment {
	fields := fieldsOf(reflect.TypeFor[analyzer.Record]())
	return &environment{root{typ: structOf(fields)}, fields}
})

// lazy is a regular expression that is compiled when it is first asked for.
func lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// Compile checks an expression, which must be a condition. An error is an
// *Error.
func Compile(text string) (*Query, error) {
	of := records()
	q := &Query{text: text, env: reflect.New(of.typ).Elem()}
	var seen identifiers
	values := valueChecker{root: &of.root}
	program, err := expr.Compile(text, expr.Env(q.env.Interface()), expr.Patch(&values), expr.Patch(lenient{}), expr.Patch(&seen), expr.AsBool())
	if err != nil {
		return nil, of.explain(text, err)
	}
	if err := values.err(text); err != nil {
		return nil, err
	}
	q.program = program
	for i, f := range of.fields {
		if seen[f.name] {
			q.used = append(q.used, i)
		}
	}
	return q, nil
}

// Match reports whether a record meets the condition.
func (q *Query) Match(r *analyzer.Record) (bool, error) {
	src, of := reflect.ValueOf(r).Elem(), records()
	for _, i := range q.used {
		f := &of.fields[i]
		f.fill(q.env.Field(i), src.Field(f.index))
	}
	out, err := q.machine.Run(q.program, q.env.Interface())
	if err != nil {
		return false, of.explain(q.text, err)
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
			for _, f := range records().fields {
				(*s)[f.name] = true
			}
		}
	}
}
