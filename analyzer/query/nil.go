package query

import (
	"reflect"

	"github.com/expr-lang/expr/ast"
)

// lenient lets expressions go on where the record has null: a field of nil is
// nil, and comparing the order of nil with anything gives false.
type lenient struct{}

func (lenient) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		if !n.Optional && nilable(n.Node) {
			n.Optional = true
			ast.Patch(node, &ast.ChainNode{Node: n})
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "<", "<=", ">", ">=":
			guard(node, n)
		}
	}
}

// guard makes a comparison depend on its operands not being nil.
func guard(node *ast.Node, n *ast.BinaryNode) {
	var guarded ast.Node = n
	for _, operand := range []ast.Node{n.Right, n.Left} {
		if nilable(operand) {
			known := &ast.BinaryNode{Operator: "!=", Left: operand, Right: &ast.NilNode{}}
			known.SetLocation(n.Location())
			guarded = &ast.BinaryNode{Operator: "&&", Left: known, Right: guarded}
			guarded.SetLocation(n.Location())
		}
	}
	if guarded != ast.Node(n) {
		ast.Patch(node, guarded)
	}
}

// nilable reports whether a node may be nil.
func nilable(n ast.Node) bool {
	if _, ok := n.(*ast.ChainNode); ok {
		return true
	}
	t := n.Type()
	return t != nil && t.Kind() == reflect.Pointer
}
