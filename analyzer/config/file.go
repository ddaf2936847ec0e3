// Package config reads finwait.yaml: which rules run, with what thresholds, and what check
// is to find. It may be a stranger's: what it costs is bounded, and every mistake is told
// with its place.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"finwait/analyzer/check"
	"finwait/analyzer/model"
	"finwait/analyzer/query"
	"finwait/analyzer/report/prose"
)

// Name is what the file is called.
const Name = "finwait.yaml"

// File is what a configuration file says.
type File struct {
	Check check.Config // what only check looks at

	only, ignored []string // rule IDs; only is nil where the file does not say
	settings      []setting
}

// setting is the value of a threshold, which was found to be good.
type setting struct {
	threshold *model.Threshold
	text      string
}

// Apply puts into config what the file says.
func (f *File) Apply(config *model.Config) {
	config.OnlyRules = f.only
	config.IgnoredRules = append(config.IgnoredRules, f.ignored...)
	for _, s := range f.settings {
		_ = s.threshold.Set(config, s.text) // it was tried when it was read
	}
}

// Parse reads what a file holds, which adds to what all have come to. An error says where
// in it the mistake is.
func Parse(path string, text []byte, cost *Cost) (*File, error) {
	if err := cost.read(path, text); err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors put a byte order mark there
	tokens := lexer.Tokenize(string(text))
	if at, err := tooDeep(tokens); err != nil {
		return nil, mistake(path, at, "%v", err)
	}
	if at := secondDocument(tokens); at != nil {
		return nil, mistake(path, at, "a second document")
	}
	doc, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		return nil, mistake(path, syntax.GetToken(), "%s", syntax.GetMessage())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", prose.Safe(path), err)
	}
	c := &reader{
		path: path, file: &File{Check: check.Config{Path: prose.Safe(path), Dir: filepath.Dir(path)}},
		anchors: map[string]ast.Node{}, compiled: map[string]*query.Assertion{}, words: map[string][]string{}, cost: cost,
	}
	for _, d := range doc.Docs {
		if d.Body == nil || d.Body.Type() == ast.NullType || d.Body.Type() == ast.CommentType || d.Body.Type() == ast.DirectiveType {
			continue
		}
		if err := c.document(d.Body); err != nil {
			return nil, err
		}
	}
	return c.file, nil
}

// mistake is a mistake at a token of a file.
func mistake(path string, at *token.Token, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if at == nil || at.Position == nil {
		return fmt.Errorf("%s: %s", prose.Safe(path), text)
	}
	return fmt.Errorf("%s:%d:%d: %s", prose.Safe(path), at.Position.Line, at.Position.Column, text)
}
