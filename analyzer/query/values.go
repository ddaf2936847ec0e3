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
	named named
	at    ast.Node
	bad   Name
	path  string // of the field; "" where a rule stands anywhere
}

func (c *valueChecker) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.StringNode:
		c.rule(n)
	case *ast.BinaryNode:
		switch n.Operator {
		case "startsWith", "endsWith", "contains", "matches":
			c.part(n.Operator, n.Left, n.Right)
		case "==", "!=", "in":
			c.compare(n.Left, n.Right)
			c.compare(n.Right, n.Left)
		}
	case *ast.BuiltinNode:
		if op := map[string]string{"hasPrefix": "startsWith", "hasSuffix": "endsWith"}[n.Name]; op != "" && len(n.Arguments) == 2 {
			c.part(op, n.Arguments[0], n.Arguments[1])
		}
	case *ast.MemberNode:
		if groups(n.Node) {
			c.compare(n.Node, n.Property)
		}
	}
}

func (c *valueChecker) compare(field, value ast.Node) {
	texts := c.texts(value)
	if len(texts) == 0 {
		return
	}
	words := c.words(field)
	for _, s := range texts {
		if c.at == nil && len(words) > 0 && !slices.Contains(words, s.Value) {
			c.at, c.path, c.bad = s, field.String(), Name{Word: s.Value, Known: words, Closed: true}
		}
	}
}

// texts returns those that n is or may be: written there, in a list, chosen between, or
// by the name that let gave them.
func (c *valueChecker) texts(n ast.Node) []*ast.StringNode {
	switch n := n.(type) {
	case *ast.StringNode:
		return []*ast.StringNode{n}
	case *ast.ArrayNode:
		return textsOf(n)
	case *ast.ConditionalNode:
		return append(c.texts(n.Exp1), c.texts(n.Exp2)...)
	case *ast.IdentifierNode:
		switch n := c.named[n.Value].(type) {
		case *ast.StringNode:
			return []*ast.StringNode{n}
		case *ast.ArrayNode:
			return textsOf(n)
		}
	}
	return nil
}

func textsOf(list *ast.ArrayNode) (texts []*ast.StringNode) {
	for _, n := range list.Nodes {
		if s, ok := n.(*ast.StringNode); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// groups reports whether n sorts the elements of a list by a word.
func groups(n ast.Node) bool {
	b, ok := n.(*ast.BuiltinNode)
	return ok && (b.Name == "groupBy" || b.Name == "countBy")
}

// named holds the values that let gives names to, as far as they are texts, lists or
// fields; nil where one name has several values. A name that stands for another name is
// not followed: that could go on without end.
type named map[string]ast.Node

func (l named) Visit(node *ast.Node) {
	d, ok := (*node).(*ast.VariableDeclaratorNode)
	if !ok {
		return
	}
	switch v := d.Value.(type) {
	case *ast.StringNode, *ast.ArrayNode, *ast.MemberNode:
		if old, ok := l[d.Name]; ok && old != v {
			l[d.Name] = nil
			return
		}
		l[d.Name] = v
	default:
		l[d.Name] = nil
	}
}

// part finds a field of which no value has such a part.
func (c *valueChecker) part(operator string, field, value ast.Node) {
	s, ok := value.(*ast.StringNode)
	if !ok || c.at != nil {
		return
	}
	fits := func(word string) bool { return strings.Contains(word, s.Value) }
	switch operator {
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
	if words := c.words(field); len(words) > 0 && !slices.ContainsFunc(words, fits) {
		c.at, c.path, c.bad = s, field.String(), Name{Word: s.Value, Known: words, Closed: true}
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
		return c.wordsFrom(of)
	case *ast.IdentifierNode:
		if m, ok := c.named[of.Value].(*ast.MemberNode); ok {
			n = m
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
	words := strings.Fields(f.Tag.Get("words"))
	if m, ok := n.(*ast.MemberNode); ok && len(words) == 0 {
		return c.words(m.Node) // of either side
	}
	return words
}

// wordsFrom returns what a function makes of a field that has but some words.
func (c *valueChecker) wordsFrom(n *ast.BuiltinNode) []string {
	if _, body, ok := overList(n); ok && (n.Name == "map" || groups(n)) {
		return c.words(body.(*ast.PredicateNode).Node)
	}
	change := map[string]func(string) string{"string": strings.Clone, "lower": strings.ToLower, "upper": strings.ToUpper}[n.Name]
	if change == nil || len(n.Arguments) != 1 {
		return nil
	}
	words := slices.Clone(c.words(n.Arguments[0]))
	for i, w := range words {
		words[i] = change(w)
	}
	return words
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
