package config

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"finwait/analyzer/check"
	"finwait/analyzer/query"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/rules"
)

// document reads a whole file: its sections, or nothing but a list of assertions.
func (c *reader) document(n ast.Node) error {
	n, err := c.value(n)
	if err != nil {
		return err
	}
	if n.Type() == ast.SequenceType {
		c.file.Check.List, c.file.Check.Indent = true, max(n.GetToken().Position.Column-1, 0)
		return c.assertions(n)
	}
	return c.mapping("", n, topKeys)
}

// items reads a list, each entry with one.
func (c *reader) items(what string, n ast.Node, one func(ast.Node) error) error {
	n, err := c.value(n)
	if err != nil {
		return err
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		if len(n.Values) > maxEntries {
			return c.wrong(n, "%s: more than %d entries", what, maxEntries)
		}
		for _, item := range n.Values {
			if err := one(item); err != nil {
				return err
			}
		}
		return nil
	}
	return c.wrong(n, "%s is to be a list", what)
}

func (c *reader) assertions(n ast.Node) error {
	return c.items("assertions", n, func(item ast.Node) error {
		var a check.Assertion
		ignored := len(c.file.Check.Ignored)
		text := func(to *string) func(*reader, ast.Node) error {
			return func(c *reader, n ast.Node) (err error) {
				*to, err = c.short(n)
				return err
			}
		}
		err := c.mapping("an assertion", item, keys{
			"name":    func(c *reader, n ast.Node) error { return c.name(n, &a.Name) },
			"message": text(&a.Message),
			"assert":  func(c *reader, n ast.Node) error { return c.condition(n, &a) },
			"files":   func(c *reader, n ast.Node) error { return c.pattern(n, &a.Files) },
			"ignore":  (*reader).ignoredFindings, // where the file is a list
		})
		switch {
		case err != nil:
			return err
		case a.Assertion == nil && a.Name+a.Message+a.Files == "" && len(c.file.Check.Ignored) > ignored:
			return nil
		case a.Assertion == nil:
			return c.wrong(item, "an assertion without assert: what is to hold?")
		}
		if a.Name == "" {
			a.Name = firstOf(a.Text, maxConfigName)
		}
		a.Line = c.line(item)
		if len(c.file.Check.Assertions) == maxEntries { // in several lists
			return c.wrong(item, "more than %d assertions", maxEntries)
		}
		c.file.Check.Assertions = append(c.file.Check.Assertions, a)
		return nil
	})
}

// name reads what an assertion is called, which stands in reports once for each capture.
func (c *reader) name(n ast.Node, to *string) (err error) {
	if *to, err = c.text(n); err == nil && len(*to) > maxConfigName {
		err = c.wrong(n, "name: %d octets, more than %d: message has room for more", len(*to), maxConfigName)
	}
	return err
}

// firstOf returns the first octets of a text, whole characters only.
func firstOf(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// pattern reads which captures are meant.
func (c *reader) pattern(n ast.Node, to *string) (err error) {
	if *to, err = c.short(n); err != nil {
		return err
	}
	if _, err := path.Match(*to, ""); err != nil {
		return c.wrong(n, "files: %q is no pattern", *to)
	}
	return nil
}

func (c *reader) selections(n ast.Node) error {
	return c.items("select", n, func(item ast.Node) error {
		s := new(check.Selection)
		err := c.mapping("an entry of select", item, keys{
			"files": func(c *reader, n ast.Node) error { return c.pattern(n, &s.Files) },
			"where": func(c *reader, n ast.Node) (err error) {
				if s.Where, err = c.text(n); err != nil {
					return err
				}
				if err = c.afford(n, s.Where); err != nil {
					return err
				}
				_, err = query.Compile(s.Where, rules.All)
				s.Line, err = c.expression(n, "where", err)
				return err
			},
		})
		switch {
		case err != nil:
			return err
		case s.Where == "":
			return c.wrong(item, "an entry of select without where: which connections?")
		}
		s.Number = c.line(item)
		if len(c.file.Check.Selections) == maxSelections {
			return c.wrong(item, "more than %d entries of select", maxSelections)
		}
		c.file.Check.Selections = append(c.file.Check.Selections, s)
		return nil
	})
}

// expression returns where an expression stands, and says there what is wrong
// with it.
func (c *reader) expression(n ast.Node, key string, err error) (where string, _ error) {
	if value, valueErr := c.value(n); valueErr == nil {
		n = value // where it is written
	}
	line := n.GetToken().Position.Line
	if _, block := n.(*ast.LiteralNode); block {
		line++
	}
	where = fmt.Sprintf("%s:%d", prose.Safe(c.path), line)
	var e *query.Error
	if errors.As(err, &e) {
		return where, fmt.Errorf("%s:%d: %s: %s", prose.Safe(c.path), line+e.Line-1, key, query.Explain(err))
	}
	return where, err
}

// condition reads and checks the expression of an assertion.
func (c *reader) condition(n ast.Node, a *check.Assertion) error {
	text, err := c.text(n)
	if err != nil {
		return err
	}
	a.Assertion = c.compiled[text]
	if a.Assertion == nil {
		if err := c.afford(n, text); err != nil {
			return err
		}
		a.Assertion, err = query.CompileAssertion(text, rules.All)
		if err == nil {
			c.compiled[text] = a.Assertion
		}
	}
	var void *query.Error
	isVoid := errors.As(err, &void) && void.Void
	a.Where, err = c.expression(n, "assert", err)
	if isVoid { // check says so; nobody else asks
		a.Broken, a.Assertion, err = err, &query.Assertion{Text: text}, nil
	}
	return err
}

// afford counts an expression that is to be compiled, which takes time.
func (c *reader) afford(n ast.Node, text string) error {
	if c.cost.expressions += query.Cost(text); c.cost.expressions > maxExpressions {
		return c.wrong(n, "more than %d octets of expressions in all, where an instruction of a regular expression counts as four", maxExpressions)
	}
	return nil
}

// line returns the line on which a node begins.
func (c *reader) line(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0]
	}
	if v, ok := n.(*ast.MappingValueNode); ok {
		n = v.Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

func (c *reader) ignoredFindings(n ast.Node) error {
	return c.items("ignore", n, func(item ast.Node) error {
		var i check.Ignored
		err := c.mapping("an entry of ignore", item, keys{
			"rule": func(c *reader, n ast.Node) error { return c.ruleList(n, &i.Rules) },
			"server": func(c *reader, n ast.Node) error {
				text, err := c.text(n)
				if err != nil {
					return err
				}
				var ok bool
				if i.Server, ok = check.ParseServer(text); !ok {
					return c.wrong(n, "server: %q is no address: write 192.0.2.1:80, 192.0.2.1 or :80", text)
				}
				return nil
			},
			"reason": func(c *reader, n ast.Node) (err error) {
				i.Reason, err = c.short(n)
				return err
			},
		})
		switch {
		case err != nil:
			return err
		case len(i.Rules) == 0:
			return c.wrong(item, "an ignore without rule: which findings?")
		case i.Reason == "":
			return c.wrong(item, "an ignore of %s without reason: why is it accepted?", i.Rules[0])
		}
		i.Line = c.line(item)
		if len(c.file.Check.Ignored) == maxEntries { // in several lists, or in one by aliases
			return c.wrong(item, "more than %d entries of ignore", maxEntries)
		}
		c.file.Check.Ignored = append(c.file.Check.Ignored, i)
		return nil
	})
}
