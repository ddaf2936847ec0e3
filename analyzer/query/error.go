package query

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr/file"
)

// Error says what is wrong with an expression, and where.
type Error struct {
	Text         string
	Line, Column int // from 1, and in characters from 0
	Message      string
	Nearest      Name // an unknown name, if that is what is wrong
	Void         bool // it can be read, and asks for a value that there is not
}

// Name is a word that is not known, and those that could have been meant.
type Name struct {
	Word   string
	Known  []string
	Closed bool // there are few, so that they can all be told
}

func (e *Error) Error() string { return e.Message }

// Pointer returns the line in question and below it a caret.
func (e *Error) Pointer() string {
	lines := strings.Split(e.Text, "\n")
	if e.Line > len(lines) {
		return ""
	}
	line := lines[e.Line-1]
	var pad strings.Builder
	for i, r := range []rune(line) {
		if i == e.Column {
			break
		}
		if r == '\t' {
			pad.WriteByte('\t')
		} else {
			pad.WriteByte(' ')
		}
	}
	return "  " + line + "\n  " + pad.String() + "^"
}

var (
	unknownName  = lazy(`^unknown name (\w+)`)
	unknownField = lazy(`^type (.*) has no (?:field|method) (\w+)$`)
	nullText     = lazy(`interface \{\} is nil, not string|^invalid argument for \w+ \(type <nil>\)`)
	nullObject   = lazy(`^cannot (?:get|fetch) (\w+) from <nil>`)
	structText   = lazy(`\*?struct \{[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*\}`)
)

// root is what expressions of one kind are about.
type root struct {
	typ       reflect.Type
	functions []string // that are offered for unknown names
}

// explain makes an error of ours of one of expr's.
func (o *root) explain(text string, err error) *Error {
	e := &Error{Text: text, Line: 1, Message: err.Error()}
	var at *file.Error
	if errors.As(err, &at) {
		e.Line, e.Column, e.Message = max(at.Line, 1), at.Column, at.Message
	}
	if hint := o.hint(e); hint != "" {
		e.Message = hint
		return e
	}
	e.Message, e.Nearest = o.reword(e.Message)
	return e
}

// hint says what to write instead, if the mistake is a usual one.
func (o *root) hint(e *Error) string {
	lines := strings.Split(e.Text, "\n")
	if m := o.findMistake(e.Text, e.Line, e.Column); m != nil {
		return m.hint(e.Message)
	}
	if e.Line > len(lines) {
		return ""
	}
	return syntaxHint(lines[e.Line-1], e.Column, e.Message)
}

// reword says in the record's terms what expr says in those of Go.
func (o *root) reword(message string) (string, Name) {
	if m := unknownName().FindStringSubmatch(message); m != nil {
		return "no field " + m[1], Name{Word: m[1], Known: append(names(o.typ), o.functions...)}
	}
	if m := unknownField().FindStringSubmatch(message); m != nil {
		known := o.fieldsOfText(m[1])
		return fmt.Sprintf("no field %s here", m[2]), Name{Word: m[2], Known: known}
	}
	if strings.Contains(message, "<nil>") && strings.HasPrefix(message, "invalid operation") {
		return "a value is null here: write (NAME ?? 0)", Name{}
	}
	if nullText().MatchString(message) {
		return `a value is null here: write (NAME ?? "")`, Name{}
	}
	if message == "memory budget exceeded" {
		return "it costs too much: the lists that it makes are too long", Name{}
	}
	if m := nullObject().FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("what .%s belongs to is null here: look for it with any(…)", m[1]), Name{}
	}
	message = structText().ReplaceAllString(message, "object")
	return strings.ReplaceAll(message, "cannot be mixed. Wrap", "cannot be mixed: wrap"), Name{}
}

// fieldsOfText returns the fields of the type that is printed so.
func (o *root) fieldsOfText(text string) []string {
	text = strings.TrimLeft(text, "*[]")
	var found []string
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || found != nil {
			return
		}
		if t.String() == text {
			found = names(t)
			return
		}
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("expr") != "" {
				walk(t.Field(i).Type)
			}
		}
	}
	walk(o.typ)
	return found
}
