package query

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"finwait/analyzer/model"
)

// valueChecker finds a field that is compared with a word that it never is: a
// condition that says nothing.
type valueChecker struct {
	root  *root
	rules []*model.Rule // that there are; none where that is not known
	at    ast.Node
	bad   Name
	path  string // of the field; "" where a rule stands anywhere
}

func (c *valueChecker) Visit(node *ast.Node) {
	if s, ok := (*node).(*ast.StringNode); ok {
		c.rule(s)
	}
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || c.at != nil {
		return
	}
	switch n.Operator {
	case "startsWith", "endsWith", "contains", "matches":
		c.part(n)
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

// part finds a field of which no value has such a part.
func (c *valueChecker) part(n *ast.BinaryNode) {
	s, ok := n.Right.(*ast.StringNode)
	if !ok {
		return
	}
	fits := func(word string) bool { return strings.Contains(word, s.Value) }
	switch n.Operator {
	case "startsWith":
		fits = func(word string) bool { return strings.HasPrefix(word, s.Value) }
	case "endsWith":
		fits = func(word string) bool { return strings.HasSuffix(word, s.Value) }
	case "matches":
		re, err := regexp.Compile(s.Value)
		if err != nil || patternSize(s.Value) > maxPattern {
			return // told elsewhere
		}
		fits = re.MatchString
	}
	if words := c.words(n.Left); len(words) > 0 && !slices.ContainsFunc(words, fits) {
		c.at, c.path, c.bad = s, n.Left.String(), Name{Word: s.Value, Known: words, Closed: true}
	}
}

var ruleText = lazy(`^FIN[0-9]{1,3}$`)

// rule finds a text that looks like a rule's ID, or the beginning of one, and is of none.
func (c *valueChecker) rule(s *ast.StringNode) {
	if c.at != nil || len(c.rules) == 0 || !ruleText().MatchString(s.Value) {
		return
	}
	if ids := c.ruleWords("rule"); !slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, s.Value) }) {
		c.at, c.path, c.bad = s, "", Name{Word: s.Value, Known: ids, Closed: true}
	}
}

// ruleWords returns the IDs of rules, or their names.
func (c *valueChecker) ruleWords(field string) (words []string) {
	for _, r := range c.rules {
		switch field {
		case "rule":
			words = append(words, r.ID)
		case "name":
			words = append(words, r.Name)
		}
	}
	return words
}

// words returns what a field can be; none where that is open.
func (c *valueChecker) words(n ast.Node) []string {
	switch of := n.(type) {
	case *ast.ChainNode:
		n = of.Node
	case *ast.BinaryNode:
		if of.Operator == "??" {
			words := c.words(of.Left)
			if s, ok := of.Right.(*ast.StringNode); ok && len(words) > 0 {
				words = append(slices.Clone(words), s.Value)
			}
			return words
		}
	case *ast.BuiltinNode:
		if _, body, ok := overList(of); ok && of.Name == "map" {
			return c.words(body.(*ast.PredicateNode).Node)
		}
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
	if m, ok := n.(*ast.MemberNode); ok && len(c.rules) > 0 && fieldOf(m.Node.Type(), "rule") != nil {
		if words := c.ruleWords(f.Tag.Get("expr")); words != nil {
			return words
		}
	}
	return strings.Fields(f.Tag.Get("words"))
}

// err returns what was found wrong, or nil.
func (c *valueChecker) err(text string) error {
	if c.at == nil {
		return nil
	}
	line, column := place(text, c.at.Location().From)
	message := fmt.Sprintf("%s is never %q", c.path, c.bad.Word)
	if c.path == "" {
		message = "no rule " + c.bad.Word
	}
	return &Error{Text: text, Line: line, Column: column, Nearest: c.bad, Message: message, Void: true}
}
