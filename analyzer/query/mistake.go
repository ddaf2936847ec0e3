package query

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"finwait/analyzer/model"
)

// mistake is an expression that can be read and makes no sense, and where.
type mistake struct {
	root  *root
	whole ast.Node
	line  string // of the text
	from  int    // offset of the error in characters
	at    []ast.Node
	about []ast.Node // nodes of which the first of at is an operand
}

// findMistake looks up what stands where an error is; nil where the text cannot
// be read.
func (o *root) findMistake(text string, line, column int) *mistake {
	tree, err := parser.Parse(text)
	lines := strings.Split(text, "\n")
	if err != nil || line > len(lines) {
		return nil
	}
	m := &mistake{root: o, whole: tree.Node, line: lines[line-1], from: column}
	for _, before := range lines[:line-1] {
		m.from += len([]rune(before)) + 1
	}
	ast.Walk(&tree.Node, m)
	return m
}

// Visit gathers nodes; operands come before what they belong to.
func (m *mistake) Visit(node *ast.Node) {
	n := *node
	if n.Location().From == m.from {
		m.at = append(m.at, n)
	}
	if b, ok := n.(*ast.BinaryNode); ok && len(m.at) > 0 && (b.Left == m.at[0] || b.Right == m.at[0]) {
		m.about = append(m.about, n)
	}
}

// hint says what may be meant; "" where that cannot be told.
func (m *mistake) hint(message string) string {
	if strings.HasPrefix(message, "expected bool") {
		return m.noCondition(m.whole)
	}
	for _, n := range m.at {
		text := ""
		switch n := n.(type) {
		case *ast.IdentifierNode:
			text = m.name(n)
		case *ast.MemberNode:
			if p, ok := n.Property.(*ast.StringNode); ok && objects(m.typeOf(n.Node)) != nil {
				text = fmt.Sprintf("%s is a list: write any(%s, .%s …)", n.Node, n.Node, p.Value)
			}
		case *ast.BinaryNode:
			text = m.operands(n)
		case *ast.UnaryNode:
			text = m.not(n)
		}
		if text != "" {
			return text
		}
	}
	return ""
}

// name is about a name that there is not.
func (m *mistake) name(n *ast.IdentifierNode) string {
	if m.typeOf(n) != nil {
		return ""
	}
	word := m.word(n.Value)
	for _, above := range m.about {
		if b := above.(*ast.BinaryNode); isTest(b.Operator) {
			list := b.Right
			if b.Right == ast.Node(n) {
				list = b.Left
			}
			if text := m.anyOf(list, word); text != "" {
				return text
			}
		}
	}
	if paths := pathsTo(m.root.typ, n.Value, ""); len(paths) > 0 {
		return fmt.Sprintf("no field %s; there is %s", n.Value, strings.Join(paths, ", "))
	}
	begins := func(name string) bool { return strings.HasPrefix(name, n.Value+"_") }
	if value := m.root.value(word); value != "" && !slices.ContainsFunc(names(m.root.typ), begins) {
		return fmt.Sprintf("text stands in quotes: %q", value)
	}
	return ""
}

// word returns a word with what hangs on it by hyphens, which is a difference to
// the parser.
func (m *mistake) word(begin string) string {
	hyphens := lazy(`\b` + begin + `(?:-\w+)*`)
	return hyphens().FindString(m.line)
}

// operands is about an operator that has no sense for what stands beside it.
func (m *mistake) operands(b *ast.BinaryNode) string {
	for _, sides := range [][2]ast.Node{{b.Left, b.Right}, {b.Right, b.Left}} {
		of, constant := sides[0], sides[1]
		if b.Operator == "&&" || b.Operator == "||" || b.Operator == "and" || b.Operator == "or" {
			if text := m.noCondition(of); text != "" {
				return text
			}
			continue
		}
		t := m.typeOf(of)
		s, ok := constant.(*ast.StringNode)
		if t == nil || !ok {
			continue
		}
		if text := m.anyOf(of, s.Value); text != "" && isTest(b.Operator) {
			return text
		}
		if text := compared(of, model.Value(t), s.Value); text != "" {
			return text
		}
	}
	return ""
}

// compared is about a value of type t that is compared with text.
func compared(of ast.Node, t reflect.Type, text string) string {
	_, err := strconv.ParseFloat(text, 64)
	number := err == nil
	switch {
	case t == reflect.TypeFor[time.Time]():
		return fmt.Sprintf("%s is a time: write date(%q)", of, text)
	case t.Kind() == reflect.Struct:
		return fmt.Sprintf("%s is an object: it has .%s", of, strings.Join(names(t), ", ."))
	case t.Kind() == reflect.Slice:
		return fmt.Sprintf("%s is a list: write %q in %s", of, text, of)
	case t.Kind() != reflect.String && number:
		return fmt.Sprintf("%s is a number: write %s without quotes", of, text)
	}
	return ""
}

// not is about a negation, which is of what stands next to it alone.
func (m *mistake) not(n *ast.UnaryNode) string {
	if n.Operator != "not" && n.Operator != "!" {
		return ""
	}
	if len(m.about) > 0 {
		return fmt.Sprintf("%s is about %s alone: write not (%s …)", n.Operator, n.Node, n.Node)
	}
	return m.noCondition(n.Node)
}

// noCondition is about a field that stands where a condition is wanted.
func (m *mistake) noCondition(n ast.Node) string {
	switch t := m.typeOf(n); {
	case t == nil:
		return ""
	case t.Kind() == reflect.Slice:
		return fmt.Sprintf("%s is a list, no condition: write len(%s) > 0", n, n)
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Bool:
		return fmt.Sprintf("%s may be null: write %s == true", n, n)
	case t.Kind() == reflect.Pointer:
		return fmt.Sprintf("%s is no condition: write %s != nil", n, n)
	}
	return ""
}

func isTest(operator string) bool {
	return slices.Contains([]string{"in", "==", "contains", "matches"}, operator)
}

var ruleID = lazy(`^FIN[0-9]{3}$`)

// anyOf says how to look for a word in a list of objects; "" where it is none.
func (m *mistake) anyOf(list ast.Node, word string) string {
	object := objects(m.typeOf(list))
	if object == nil {
		return ""
	}
	member := ""
	for i := range object.NumField() {
		f := object.Field(i)
		if known := find(f.Tag.Get("words"), word); known != "" && member == "" {
			member, word = f.Tag.Get("expr"), known
		}
	}
	switch has := names(object); {
	case member != "":
	case ruleID().MatchString(word) && slices.Contains(has, "rule"):
		member = "rule"
	case slices.Contains(has, "name"):
		member = "name"
	default:
		member = has[0]
	}
	return fmt.Sprintf("%s holds objects: write any(%s, .%s == %q)", list, list, member, word)
}
