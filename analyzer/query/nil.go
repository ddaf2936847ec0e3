package query

import (
	"reflect"

	"github.com/expr-lang/expr/ast"
)

// lenient lets expressions go on where the record has null: a field of nil is nil,
// comparing the order of nil with anything gives false, and where a condition or a
// list belongs nil is false, or empty.
type lenient struct {
	copied int      // nodes that stand in the tree twice
	at     ast.Node // where there were too many
}

func (l *lenient) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value == "null" { // as JSON and jq call it
			ast.Patch(node, &ast.NilNode{})
		}
	case *ast.MemberNode:
		if !n.Optional && nilable(n.Node) {
			n.Optional = true
			ast.Patch(node, &ast.ChainNode{Node: n})
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "<", "<=", ">", ">=":
			l.guard(node, n)
		case "and", "&&", "or", "||":
			condition(&n.Left)
			condition(&n.Right)
		}
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			condition(&n.Node)
		}
	case *ast.ConditionalNode:
		condition(&n.Cond)
	case *ast.PredicateNode:
		condition(&n.Node)
	case *ast.BuiltinNode:
		if chain, ok := first(n).(*ast.ChainNode); ok && chain.Node.Type().Kind() == reflect.Slice {
			ast.Patch(&n.Arguments[0], &ast.BinaryNode{Operator: "??", Left: chain, Right: &ast.ArrayNode{}})
		}
	}
}

func first(n *ast.BuiltinNode) ast.Node {
	if len(n.Arguments) == 0 {
		return nil
	}
	return n.Arguments[0]
}

// condition makes nil false, where a node is of true and false.
func condition(node *ast.Node) {
	n := *node
	if chain, ok := n.(*ast.ChainNode); ok {
		n = chain.Node
	}
	if t := n.Type(); t != nil && t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Bool {
		ast.Patch(node, &ast.BinaryNode{Operator: "==", Left: *node, Right: &ast.BoolNode{Value: true}})
	}
}

// guard makes a comparison depend on its operands not being nil.
func (l *lenient) guard(node *ast.Node, n *ast.BinaryNode) {
	var guarded ast.Node = n
	for _, operand := range []ast.Node{n.Right, n.Left} {
		if nilable(operand) && l.at == nil {
			// The operand stands in the tree twice from here on: nested ones double each time.
			if l.copied += nodes(operand); l.copied > maxNodes {
				l.at = operand
				return
			}
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
