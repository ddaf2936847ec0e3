package query

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// valueChecker finds a field that is compared with a word that it never is: a
// condition that says nothing.
type valueChecker struct {
	root *root
	at   ast.Node
	bad  Name
	path string
}

func (c *valueChecker) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || c.at != nil {
		return
	}
	switch n.Operator {
	case "==", "!=":
		c.compare(n.Left, n.Right)
		c.compare(n.Right, n.Left)
	case "in":
		if list, ok := n.Right.(*ast.ArrayNode); ok {
			for _, of := range list.Nodes {
				c.compare(n.Left, of)
			}
			return
		}
		c.compare(n.Right, n.Left)
	}
}

func (c *valueChecker) compare(field, value ast.Node) {
	s, ok := value.(*ast.StringNode)
	if !ok || c.at != nil {
		return
	}
	words := c.words(field)
	if len(words) > 0 && !slices.Contains(words, s.Value) {
		c.at, c.path, c.bad = value, field.String(), Name{Word: s.Value, Known: words, Closed: true}
	}
}

// words returns what a field can be; none where that is open.
func (c *valueChecker) words(n ast.Node) []string {
	if chain, ok := n.(*ast.ChainNode); ok {
		n = chain.Node
	}
	var f *reflect.StructField
	switch n := n.(type) {
	case *ast.IdentifierNode:
		f = fieldOf(c.root.typ, n.Value)
	case *ast.MemberNode:
		if p, ok := n.Property.(*ast.StringNode); ok {
			f = fieldOf(n.Node.Type(), p.Value)
		}
	}
	if f == nil {
		return nil
	}
	return strings.Fields(f.Tag.Get("words"))
}

// err returns what was found wrong, or nil.
func (c *valueChecker) err(text string) error {
	if c.at == nil {
		return nil
	}
	line, column := place(text, c.at.Location().From)
	return &Error{Text: text, Line: line, Column: column, Nearest: c.bad, Message: fmt.Sprintf("%s is never %q", c.path, c.bad.Word)}
}
