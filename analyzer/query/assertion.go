package query

import (
	"reflect"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Assertion is a compiled condition over a capture as a whole: over flows,
// findings, timers and file. It is for one goroutine.
type Assertion struct {
	Text    string
	program *vm.Program
}

// CompileAssertion checks an expression, which must be a condition. An error is
// an *Error.
func CompileAssertion(text string) (*Assertion, error) {
	nulls, values := nullChecker{}, valueChecker{root: factsRoot()}
	program, err := expr.Compile(text, expr.Env(reflect.Zero(factsView().typ).Interface()),
		expr.Patch(&values), expr.Patch(lenient{}), expr.Patch(&nulls), expr.AsBool())
	if err != nil {
		return nil, factsRoot().explain(text, err)
	}
	if err := values.err(text); err != nil {
		return nil, err
	}
	if nulls.at != nil {
		line, column := place(text, nulls.at.Location().From)
		return nil, &Error{Text: text, Line: line, Column: column, Message: "values may be null here: write (NAME ?? 0)"}
	}
	return &Assertion{Text: text, program: program}, nil
}

// Holds reports whether the capture is as the assertion says.
func (a *Assertion) Holds(f *Facts) (bool, error) {
	out, err := vm.Run(a.program, f.env)
	if err != nil {
		return false, factsRoot().explain(a.Text, err)
	}
	holds, ok := out.(bool)
	if !ok {
		return false, &Error{Text: a.Text, Line: 1, Message: "it is no condition here: neither true nor false"}
	}
	return holds, nil
}

// eval returns the value of a part of an assertion; nil where it has none.
func (f *Facts) eval(text string) any {
	program, err := expr.Compile(text, expr.Env(f.env), expr.Patch(lenient{}))
	if err != nil {
		return nil
	}
	out, err := vm.Run(program, f.env)
	if err != nil {
		return nil
	}
	return out
}

// parse returns the syntax tree of the assertion as it is written.
func (a *Assertion) parse() ast.Node {
	tree, err := parser.Parse(a.Text)
	if err != nil {
		return nil
	}
	return tree.Node
}

// aggregates are the functions that calculate with the values of a list, and
// cannot with null.
var aggregates = []string{"max", "min", "sum", "mean", "median"}

// nullChecker finds an aggregate of values that may be null.
type nullChecker struct{ at ast.Node }

func (c *nullChecker) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BuiltinNode)
	if !ok || !slices.Contains(aggregates, n.Name) || len(n.Arguments) == 0 || c.at != nil {
		return
	}
	list, ok := n.Arguments[0].(*ast.BuiltinNode)
	if !ok || list.Name != "map" || len(list.Arguments) < 2 {
		return
	}
	if p, ok := list.Arguments[1].(*ast.PredicateNode); ok && nilable(p.Node) {
		c.at = p.Node
	}
}

// place returns the line, from 1, and the column, from 0, of an offset in
// characters.
func place(text string, offset int) (line, column int) {
	line = 1
	for i, r := range []rune(text) {
		if i == offset {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 0
		}
	}
	return line, column
}
