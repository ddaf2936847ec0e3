package query

import (
	"fmt"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"finwait/analyzer/model"
)

const (
	maxLength  = 4 << 10 // of an expression, in octets
	maxNodes   = 1000    // of its syntax tree
	maxRange   = 1 << 16 // numbers from one to another: all ports
	maxPattern = 1000    // instructions that a regular expression becomes
)

// denied are functions that expr has and that we do not let in: they read the clock
// or files, make much out of little, or are of no use here.
var denied = []string{"now", "timezone", "repeat", "toJSON", "fromJSON", "toBase64", "fromBase64", "toPairs", "fromPairs", "splitAfter"}

// limitChecker finds what would cost too much whatever the capture is.
type limitChecker struct {
	at      ast.Node
	message string
	ranges  int // numbers in all ranges
}

func (c *limitChecker) wrong(n ast.Node, format string, args ...any) {
	if c.at == nil {
		c.at, c.message = n, fmt.Sprintf(format, args...)
	}
}

func (c *limitChecker) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BuiltinNode:
		c.function(n)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok && slices.Contains(denied, name.Value) {
			c.wrong(n, "no function %s in expressions of finwait", name.Value)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "..":
			c.fromTo(n)
		case "matches":
			c.pattern(n.Right)
		}
	}
}

func (c *limitChecker) function(n *ast.BuiltinNode) {
	switch {
	case slices.Contains(denied, n.Name):
		c.wrong(n, "no function %s in expressions of finwait", n.Name)
	case n.Name == "string" && len(n.Arguments) == 1 && !isScalar(n.Arguments[0].Type()):
		c.wrong(n, "string is of a single value: a number, a text or a time")
	case n.Name == "date" && len(n.Arguments) > 2:
		c.wrong(n, "times are in UTC: date has no zone here")
	}
}

// fromTo wants the ends of a range written out. All numbers of it stand in memory.
func (c *limitChecker) fromTo(n *ast.BinaryNode) {
	from, ok1 := n.Left.(*ast.IntegerNode)
	to, ok2 := n.Right.(*ast.IntegerNode)
	switch {
	case !ok1 || !ok2:
		c.wrong(n, "the ends of a range are to be written out, as 0..1023")
	case to.Value >= from.Value:
		if c.ranges += to.Value - from.Value; to.Value-from.Value > maxRange || c.ranges > maxRange {
			c.wrong(n, "a range of more than %d numbers: write x >= %d and x <= %d", maxRange, from.Value, to.Value)
		}
	}
}

// pattern wants a regular expression written out, and of some size.
func (c *limitChecker) pattern(n ast.Node) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		c.wrong(n, "the pattern of matches is to be written out, in quotes")
		return
	}
	if size := patternSize(s.Value); size > maxPattern {
		c.wrong(n, "the pattern of matches is too large: it becomes %d instructions, more than %d", size, maxPattern)
	}
}

// Cost returns what it takes to compile an expression: a unit for each octet, of which
// a hundred take 0.2 ms. A few octets of a regular expression can stand for many
// instructions.
func Cost(text string) int {
	cost := len(text)
	if !strings.Contains(text, "matches") || cost > maxLength {
		return cost
	}
	if tree, err := parser.Parse(text); err == nil {
		c := patternCost(cost)
		ast.Walk(&tree.Node, &c)
		cost = int(c)
	}
	return cost
}

// patternCost adds up what the regular expressions cost.
type patternCost int

func (c *patternCost) Visit(node *ast.Node) {
	const perInstruction = 4
	if n, ok := (*node).(*ast.BinaryNode); ok && n.Operator == "matches" {
		if s, ok := n.Right.(*ast.StringNode); ok {
			*c += patternCost(perInstruction * min(patternSize(s.Value), maxPattern))
		}
	}
}

// patternSize returns into about how many instructions a regular expression is
// compiled; 0 for one that cannot be, which expr says itself.
func patternSize(text string) int {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return 0
	}
	var size func(re *syntax.Regexp) int
	size = func(re *syntax.Regexp) int {
		n := 1 + len(re.Rune)/8
		for _, sub := range re.Sub {
			n += size(sub)
		}
		if re.Op == syntax.OpLiteral {
			n = len(re.Rune)
		}
		if re.Op == syntax.OpRepeat {
			n *= max(re.Min, re.Max, 1)
		}
		return min(n, 1<<30)
	}
	return size(re)
}

// isScalar reports whether a value of type t is no larger than it looks.
func isScalar(t reflect.Type) bool {
	if t == nil {
		return false
	}
	t = model.Value(t)
	switch t.Kind() {
	case reflect.Interface, reflect.Slice, reflect.Array, reflect.Map, reflect.Func, reflect.Pointer:
		return false
	case reflect.Struct:
		return t == reflect.TypeFor[time.Time]()
	}
	return true
}

// rangeTester makes a test of a number against a range two comparisons: no list of
// numbers is made for it.
type rangeTester struct{}

func (rangeTester) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || n.Operator != "in" {
		return
	}
	numbers, ok := n.Right.(*ast.BinaryNode)
	if !ok || numbers.Operator != ".." || !isInteger(n.Left.Type()) || nodes(n.Left) > 10 {
		return
	}
	least := at(n, &ast.BinaryNode{Operator: ">=", Left: n.Left, Right: numbers.Left})
	most := at(n, &ast.BinaryNode{Operator: "<=", Left: n.Left, Right: numbers.Right})
	ast.Patch(node, at(n, &ast.BinaryNode{Operator: "and", Left: least, Right: most}))
}

func isInteger(t reflect.Type) bool {
	if t == nil {
		return false
	}
	k := model.Value(t).Kind()
	return k >= reflect.Int && k <= reflect.Uint64
}
