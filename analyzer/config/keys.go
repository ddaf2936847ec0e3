package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"finwait/analyzer/model"
	"finwait/analyzer/query"
	"finwait/analyzer/rules"
	"finwait/analyzer/suggest"
)

// reader reads a configuration file by its syntax tree, so that every
// mistake can be told with its place.
type reader struct {
	path    string
	file    *File
	anchors map[string]ast.Node // those met so far

	compiled map[string]*query.Assertion // by their text
	words    map[string][]string         // the rules that they stand for
	cost     *Cost
}

// value returns what a node stands for: an alias for what its anchor marks.
func (c *reader) value(n ast.Node) (ast.Node, error) {
	switch n := n.(type) {
	case *ast.AnchorNode:
		value, err := c.value(n.Value)
		c.anchors[n.Name.GetToken().Value] = value
		return value, err
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		if c.anchors[name] == nil {
			return nil, c.wrong(n, "no anchor &%s before this", name)
		}
		return c.anchors[name], nil
	}
	return n, nil
}

// keys are the keys of a mapping, each with what reads its value.
type keys map[string]func(*reader, ast.Node) error

// topKeys are the sections of the file.
var topKeys = keys{
	"rules":      (*reader).rules,
	"thresholds": (*reader).thresholds,
	"assertions": (*reader).assertions,
	"select":     (*reader).selections,
	"ignore":     (*reader).ignoredFindings,
}

func (c *reader) rules(n ast.Node) error {
	return c.mapping("rules", n, keys{
		"only":   func(c *reader, n ast.Node) error { return c.ruleList(n, &c.file.only) },
		"ignore": func(c *reader, n ast.Node) error { return c.ruleList(n, &c.file.ignored) },
	})
}

func (c *reader) thresholds(n ast.Node) error {
	keys := keys{}
	for i := range model.Thresholds {
		t := &model.Thresholds[i]
		keys[t.Name] = func(c *reader, n ast.Node) error {
			text, err := c.text(n)
			if err != nil {
				return err
			}
			var scratch model.Config
			if err := t.Set(&scratch, text); err != nil {
				return c.wrong(n, "%s: %v", t.Name, err)
			}
			c.file.settings = append(c.file.settings, setting{t, text})
			return nil
		}
	}
	return c.mapping("thresholds", n, keys)
}

// mapping reads a mapping of which the keys are known; name is its own.
func (c *reader) mapping(name string, n ast.Node, keys keys) error {
	n, err := c.value(n)
	if err != nil {
		return err
	}
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.NullNode: // a section that is commented out
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		return c.wrong(n, "%s is to be a mapping, key: value", cmp.Or(name, "the file"))
	}
	seen := map[string]bool{}
	for _, v := range values {
		key := v.Key.GetToken().Value
		if seen[key] && !(name == "" && key == "assertions") { // what check --learn prints may be added again
			return c.wrong(v.Key, "%q stands here twice", key)
		}
		seen[key] = true
		read := keys[key]
		if read == nil {
			return c.wrong(v.Key, "unknown key %q%s", key, offer(key, keys))
		}
		if err := read(c, v.Value); err != nil {
			return err
		}
	}
	return nil
}

// offer says which key may have been meant, or which there are.
func offer(key string, keys keys) string {
	return suggest.OneOf(key, slices.Sorted(maps.Keys(keys)))
}

// ruleList reads a list of rules, or a single one.
func (c *reader) ruleList(n ast.Node, to *[]string) error {
	n, err := c.value(n)
	if err != nil {
		return err
	}
	list := []ast.Node{n}
	switch n := n.(type) {
	case *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		list = n.Values
	}
	words := 0
	met := map[string]bool{}
	for _, item := range list {
		text, err := c.text(item)
		if err != nil {
			return err
		}
		for word := range strings.SplitSeq(text, ",") {
			if words++; words > maxRuleWords {
				return c.wrong(item, "more than %d rules", maxRuleWords)
			}
			if met[word] {
				continue
			}
			met[word] = true
			ids, known := c.words[word]
			if !known {
				if ids, err = rules.Select(strings.TrimSpace(word)); err != nil {
					return c.wrong(item, "%v", err)
				}
				c.words[word] = ids
			}
			*to = append(*to, ids...)
		}
	}
	slices.Sort(*to)
	*to = slices.Clone(slices.Compact(*to)) // of the length that it has
	return nil
}

// short reads a scalar that is no expression.
func (c *reader) short(n ast.Node) (string, error) {
	text, err := c.text(n)
	if err == nil && len(text) > maxConfigText {
		err = c.wrong(n, "too long: %d octets, more than %d", len(text), maxConfigText)
	}
	return text, err
}

// text reads a scalar.
func (c *reader) text(n ast.Node) (string, error) {
	n, err := c.value(n)
	if err != nil {
		return "", err
	}
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode: // a block
		return n.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, nil
	case ast.ScalarNode:
		return fmt.Sprint(n.GetValue()), nil
	}
	return "", c.wrong(n, "a single value is wanted here")
}

func (c *reader) wrong(n ast.Node, format string, args ...any) error {
	return mistake(c.path, n.GetToken(), format, args...)
}
