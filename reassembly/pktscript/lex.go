package pktscript

import (
	"fmt"
	"strconv"
	"strings"
)

// token is one word of a line. A quoted string stands in text unquoted.
type token struct {
	text   string
	col    int // 1-based octet in the line
	quoted bool
}

// line is what is left of a line of script to be read.
type line struct {
	file string
	n    int // 1-based
	toks []token
	next int
	end  int // column after the last token
}

// lex splits a line into its words and the wants of its comment.
func lex(file string, n int, text string) (*line, []string, error) {
	l := &line{file: file, n: n, end: len(text) + 1}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			l.end = i + 1
			return l, wants(text[i:]), nil
		case c == '"':
			q, err := strconv.QuotedPrefix(text[i:])
			if err != nil {
				return nil, nil, l.errorAt(i+1, "a quoted string that does not end, or has a bad escape")
			}
			s, err := strconv.Unquote(q)
			if err != nil {
				return nil, nil, l.errorAt(i+1, "bad quoted string")
			}
			l.toks = append(l.toks, token{s, i + 1, true})
			i += len(q)
		default:
			j := i + 1
			for j < len(text) && strings.IndexByte(" \t\r\"#", text[j]) < 0 {
				j++
			}
			l.toks = append(l.toks, token{text[i:j], i + 1, false})
			i = j
		}
	}
	return l, nil, nil
}

// wants returns the expectations of a comment, which begins with #.
func wants(comment string) []string {
	var out []string
	for comment != "" {
		part, rest := cutComment(comment[1:])
		if w, ok := strings.CutPrefix(strings.TrimSpace(part), "want "); ok {
			out = append(out, strings.TrimSpace(w))
		}
		comment = rest
	}
	return out
}

// cutComment splits s before its first # outside double quotes.
func cutComment(s string) (part, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '#' && !quoted:
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func (l *line) errorAt(col int, format string, args ...any) error {
	return &Error{Name: l.file, Line: l.n, Col: col, Msg: fmt.Sprintf(format, args...)}
}

// fail returns an error at token t.
func (l *line) fail(t token, format string, args ...any) error {
	return l.errorAt(t.col, format, args...)
}

func (l *line) done() bool { return l.next >= len(l.toks) }

// word returns the next token, which what describes.
func (l *line) word(what string) (token, error) {
	if l.done() {
		return token{}, l.errorAt(l.end, "%s is missing", what)
	}
	t := l.toks[l.next]
	l.next++
	return t, nil
}

// uint returns the next token as a number of at most bits bits; 0x and 0b work.
func (l *line) uint(what string, bits int) (uint64, error) {
	t, err := l.word(what)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(t.text, 0, bits)
	if err != nil || t.quoted {
		return 0, l.fail(t, "%s must be a number below 2^%d, not %q", what, bits, t.text)
	}
	return n, nil
}

// empty complains about anything that is left of the line.
func (l *line) empty() error {
	if !l.done() {
		return l.fail(l.toks[l.next], "do not understand %q here", l.toks[l.next].text)
	}
	return nil
}
