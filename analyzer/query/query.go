package query

import (
	"reflect"
	"regexp"
	"sync"

	"github.com/expr-lang/expr/ast"

	"finwait/analyzer/model"
)

// Query is a compiled expression. It is for one goroutine.
type Query struct {
	*compiled
	of     *environment
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

// environments are those of the types of records, by type. One is made when the first
// expression over such records is compiled, and so are the regular expressions here: most
// runs have none, and making them took a fifth of the start.
var environments sync.Map

// environmentOf returns the environment of records of a type.
func environmentOf(t reflect.Type) *environment {
	if of, ok := environments.Load(t); ok {
		return of.(*environment)
	}
	fields := fieldsOf(t)
	of, _ := environments.LoadOrStore(t, &environment{root{typ: structOf(fields)}, fields})
	return of.(*environment)
}

// lazy is a regular expression that is compiled when it is first asked for.
func lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// Compile checks an expression, which must be a condition. It may name no rules but
// these, or any where there are none. An error is an *Error.
func Compile(text string, rules []*model.Rule) (*Query, error) {
	return CompileFor(reflect.TypeFor[model.Record](), text, rules)
}

// CompileFor is Compile for records of another type: a struct whose fields have JSON names.
func CompileFor(t reflect.Type, text string, rules []*model.Rule) (*Query, error) {
	of := environmentOf(t)
	seen := identifiers{of: of, names: map[string]bool{}}
	c, err := compile(&of.root, text, rules, &seen)
	if err != nil {
		return nil, err
	}
	q := &Query{compiled: c, of: of, env: reflect.New(of.typ).Elem(), budget: NewBudget()}
	for i, f := range of.fields {
		if seen.names[f.name] {
			q.used = append(q.used, i)
		}
	}
	return q, nil
}

// Share makes the query as new, with a budget that others have a part in: what it may
// cost does not depend on what it was asked before.
func (q *Query) Share(b *Budget) { q.budget = b }

// Match reports whether a record meets the condition.
func (q *Query) Match(r *model.Record) (bool, error) { return q.MatchAny(r) }

// MatchAny is Match for a pointer to a record of the type that the query is for.
func (q *Query) MatchAny(r any) (bool, error) {
	src := reflect.ValueOf(r).Elem()
	for _, i := range q.used {
		f := &q.of.fields[i]
		f.fill(q.env.Field(i), src.Field(f.index))
	}
	q.budget.addMatch()
	return q.run(q.env.Interface(), q.budget)
}

// identifiers gathers the names in an expression.
type identifiers struct {
	of    *environment
	names map[string]bool
}

func (s *identifiers) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.IdentifierNode)
	if !ok {
		return
	}
	s.names[n.Value] = true
	if n.Value == "$env" { // the whole record
		for _, f := range s.of.fields {
			s.names[f.name] = true
		}
	}
}
