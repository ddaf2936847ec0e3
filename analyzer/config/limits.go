package config

import (
	"fmt"

	"github.com/goccy/go-yaml/token"

	"finwait/analyzer/report/prose"
)

// What a configuration file may be, which may be a stranger's. The parser takes time
// and memory by the square of some of these.
const (
	MaxSize        = 256 << 10 // octets
	maxConfigs     = 512 << 10 // octets of all files of a run
	maxConfigDepth = 16        // mappings and lists in each other
	maxEntries     = 1000      // of a list
	maxSelections  = 50        // each is asked for every connection
	maxExpressions = 128 << 10 // of all expressions of a run, see query.Cost
	maxConfigText  = 2000      // octets of a text that is no expression
	maxConfigName  = 200       // octets of the name of an assertion
	maxRuleWords   = 100       // of a list of rules
)

// Cost is what the configuration files of a run have come to.
type Cost struct {
	octets, expressions int
}

// read counts the text of a file.
func (c *Cost) read(path string, text []byte) error {
	if c.octets += len(text); c.octets > maxConfigs {
		return fmt.Errorf("%s: more than %d octets of configuration in all", prose.Safe(path), maxConfigs)
	}
	return nil
}

// tooDeep looks through a file before it is parsed, and returns where it nests too
// deep, or lines up too many signs; nil where it does not.
func tooDeep(tokens token.Tokens) (at *token.Token, err error) {
	flow, signs, line := 0, 0, 0
	var columns []int // at which the lines begin that the present one is in
	for _, t := range tokens {
		if t.Position == nil {
			continue
		}
		if t.Position.Line != line {
			line, signs = t.Position.Line, 0
			if flow == 0 {
				for len(columns) > 0 && columns[len(columns)-1] >= t.Position.Column {
					columns = columns[:len(columns)-1]
				}
				columns = append(columns, t.Position.Column)
			}
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow = max(flow-1, 0)
		case token.CollectEntryType:
			signs = 0
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType:
			signs++
		}
		if flow > maxConfigDepth || signs > maxConfigDepth || len(columns) > maxConfigDepth {
			return t, fmt.Errorf("nested too deep: more than %d mappings and lists in each other", maxConfigDepth)
		}
	}
	return nil, nil
}

// secondDocument returns where in a file a second document begins; nil where none does.
// The parser ends in silence at one that follows an empty one.
func secondDocument(tokens token.Tokens) *token.Token {
	begun, ended, directive := false, false, 0
	for _, t := range tokens {
		switch {
		case t.Type == token.CommentType || t.Position == nil || t.Position.Line == directive:
		case ended || begun && t.Type == token.DocumentHeaderType:
			return t
		case !begun && t.Type == token.DirectiveType:
			directive = t.Position.Line
		case t.Type == token.DocumentEndType:
			ended = true
		default:
			begun = true
		}
	}
	return nil
}
