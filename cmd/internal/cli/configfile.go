package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"finwait/analyzer/check"
	analyzer "finwait/analyzer/model"
	"finwait/analyzer/query"
	"finwait/analyzer/report/prose"
)

const configName = "finwait.yaml"

// configFile is what a configuration file says.
type configFile struct {
	path          string
	only, ignored []string // rule IDs; only is nil where the file does not say
	settings      []setting
	check         check.Config // what only check looks at
}

// setting is the value of a threshold, which was found to be good.
type setting struct {
	threshold *analyzer.Threshold
	text      string
}

// apply puts into config what the file says.
func (f *configFile) apply(config *analyzer.Config) {
	config.OnlyRules = f.only
	config.IgnoredRules = append(config.IgnoredRules, f.ignored...)
	for _, s := range f.settings {
		_ = s.threshold.Set(config, s.text) // it was tried when it was read
	}
}

// findConfig returns the configuration file of dir or of the nearest directory
// above it; "" where there is none. One that may be a stranger's, strange, is no link.
func findConfig(dir string, strange bool) (string, error) {
	for {
		path := filepath.Join(dir, configName)
		if _, err := os.Lstat(path); err == nil {
			if _, err = isFound(shortPath(path)); err != nil && strange {
				return "", err
			}
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return shortPath(path), nil
			}
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", nil
		}
		dir = above
	}
}

// shortPath returns path as one would write it in the working directory.
func shortPath(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
			return rel
		}
	}
	return path
}

// readConfig reads a configuration file, which adds to what all have come to. An error
// says where in it the mistake is.
func readConfig(path string, cost *configCost) (*configFile, error) {
	text, err := readSmall(path, maxConfig)
	if err != nil {
		return nil, errors.New(lines(err))
	}
	if err := cost.read(path, text); err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors put a byte order mark there
	tokens := lexer.Tokenize(string(text))
	if at, err := tooDeep(tokens); err != nil {
		return nil, configError(path, at, "%v", err)
	}
	if at := secondDocument(tokens); at != nil {
		return nil, configError(path, at, "a second document")
	}
	doc, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		return nil, configError(path, syntax.GetToken(), "%s", syntax.GetMessage())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", prose.Safe(path), err)
	}
	c := &configReader{
		path: path, file: &configFile{path: path, check: check.Config{Path: prose.Safe(path), Dir: filepath.Dir(path)}},
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

// configError is a mistake at a token of a file.
func configError(path string, at *token.Token, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if at == nil || at.Position == nil {
		return fmt.Errorf("%s: %s", prose.Safe(path), text)
	}
	return fmt.Errorf("%s:%d:%d: %s", prose.Safe(path), at.Position.Line, at.Position.Column, text)
}

// ReadConfig returns the rules and thresholds that a configuration file says, for commands
// that are modules of their own; the default ones where path is "".
func ReadConfig(path string) (*analyzer.Config, error) {
	config := analyzer.DefaultConfig()
	if path == "" {
		return &config, nil
	}
	file, err := readConfig(path, new(configCost))
	if err != nil {
		return nil, err
	}
	file.apply(&config)
	return &config, nil
}
