package query

import (
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"finwait/analyzer/model"
)

// Assertion is a compiled condition over a capture as a whole: over flows,
// findings, timers and file. It is for one goroutine.
type Assertion struct {
	Text string
	*compiled
}

// CompileAssertion is Compile for a condition over a capture as a whole.
func CompileAssertion(text string, rules []*model.Rule) (*Assertion, error) {
	var nulls nullChecker
	c, err := compile(factsRoot(), text, rules, &nulls)
	if err != nil {
		return nil, err
	}
	if nulls.at != nil {
		return nil, wrongAt(text, nulls.at, "values may be null here: write (NAME ?? 0)")
	}
	return &Assertion{Text: text, compiled: c}, nil
}

// Holds reports whether the capture is as the assertion says.
func (a *Assertion) Holds(f *Facts) (bool, error) {
	defer func() { a.machine = vm.VM{} }() // there are many assertions: none keeps the memory of its run
	return a.run(f.env, f.budget)
}

// eval returns the value of a part of an assertion; nil where it has none, or costs
// too much.
func (f *Facts) eval(text string) any {
	if f.budget.evals -= 1 + Cost(text)/evalCost; f.budget.evals < 0 {
		return nil
	}
	var m meter
	program, err := expr.Compile(text, append([]expr.Option{expr.Env(f.env), expr.Patch(rangeTester{}), expr.Patch(new(lenient))}, m.options()...)...)
	if err != nil {
		return nil
	}
	out, err := m.run(new(vm.VM), program, f.env, f.budget)
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
