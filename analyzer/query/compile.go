package query

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"finwait/analyzer/model"
)

// compiled is an expression that was checked and pays for what it does.
type compiled struct {
	root    *root
	text    string
	program *vm.Program
	machine vm.VM
	meter   meter
}

// compile checks an expression, which must be a condition, and has further visitors
// look at it. An error is an *Error.
func compile(root *root, text string, rules []*model.Rule, more ...ast.Visitor) (*compiled, error) {
	if len(text) > maxLength {
		return nil, &Error{Text: text[:40] + "…", Line: 1, Message: fmt.Sprintf("too long: %d octets, more than %d", len(text), maxLength)}
	}
	c := &compiled{root: root, text: text}
	var limits limitChecker
	var null lenient
	values := valueChecker{root: root, rules: rules, named: named{}}
	options := []expr.Option{expr.Env(reflect.Zero(root.typ).Interface()), expr.Patch(rangeTester{}), expr.Patch(&limits), expr.Patch(values.named), expr.Patch(&values), expr.Patch(&null)}
	for _, v := range more {
		options = append(options, expr.Patch(v))
	}
	program, err := expr.Compile(text, append(append(options, c.meter.options()...), expr.AsBool())...)
	if limits.at == nil && null.at != nil {
		limits.wrong(null.at, "too many comparisons in comparisons")
	}
	if limits.at != nil {
		return nil, wrongAt(text, limits.at, limits.message)
	}
	if err != nil {
		return nil, root.explain(text, err)
	}
	if err := values.err(text); err != nil {
		return nil, err
	}
	c.program = program
	return c, nil
}

// run returns whether the condition holds.
func (c *compiled) run(env any, budget *Budget) (bool, error) {
	out, err := c.meter.run(&c.machine, c.program, env, budget)
	var cost *costError
	switch {
	case errors.As(err, &cost): // nothing else to explain, and perhaps of very many
		return false, &Error{Text: c.text, Line: 1, Message: cost.text}
	case err != nil:
		_ = budget.spend(errorSteps + len(c.text)/4) // the next one meets it
		return false, c.root.explain(c.text, err)
	}
	holds, ok := out.(bool)
	if !ok {
		return false, &Error{Text: c.text, Line: 1, Message: "it is no condition here: neither true nor false"}
	}
	return holds, nil
}

// wrongAt is a mistake at a node of an expression.
func wrongAt(text string, n ast.Node, message string) *Error {
	line, column := place(text, n.Location().From)
	return &Error{Text: text, Line: line, Column: column, Message: message}
}
