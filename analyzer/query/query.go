package query

import (
	"reflect"
	"regexp"
	"sync"

	"github.com/expr-lang/expr/ast"

	analyzer "finwait/analyzer/model"
)

// Query is a compiled expression. It is for one goroutine.
type Query struct {
	*compiled
	used   []int // indices into the record's fields: what the expression asks for
	env    reflect.Value
	budget *Budget
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

// Compile checks an expression, which must be a condition. It may name no rules but
// these, or any where there are none. An error is an *Error.
func Compile(text string, rules []*analyzer.Rule) (*Query, error) {
	var seen identifiers
	of := records()
	c, err := compile(&of.root, text, rules, &seen)
	if err != nil {
		return nil, err
	}
	q := &Query{compiled: c, env: reflect.New(of.typ).Elem(), budget: NewBudget()}
	for i, f := range of.fields {
		if seen[f.name] {
			q.used = append(q.used, i)
		}
	}
	return q, nil
}

// Share makes the query as new, with a budget that others have a part in: what it may
// cost does not depend on what it was asked before.
func (q *Query) Share(b *Budget) { q.budget = b }

// Match reports whether a record meets the condition.
func (q *Query) Match(r *analyzer.Record) (bool, error) {
	src, of := reflect.ValueOf(r).Elem(), records()
	for _, i := range q.used {
		f := &of.fields[i]
		f.fill(q.env.Field(i), src.Field(f.index))
	}
	q.budget.addMatch()
	return q.run(q.env.Interface(), q.budget)
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
