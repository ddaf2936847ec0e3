package query

import (
	"fmt"
	"strings"
)

// operators are what other languages write for what expr has.
var operators = map[string]string{
	"=": "==", "is": "==", "<>": "!=", "=~": "matches", "~": "matches", "like": "contains or matches",
	"AND": "and", "OR": "or", "NOT": "not", "IN": "in",
}

var (
	unexpected  = lazy(`^(?:unexpected token \w+\("(.+)"\)|unrecognized character: U\+\S+ '(.)')`)
	badNumber   = lazy(`^bad number syntax: "([0-9.]+)(?:ms|us|ns|[smh])`)
	addressText = lazy(`[0-9]+(?:\.[0-9]+){3}|\b[0-9a-fA-F]{1,4}:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*`)
)

// syntaxHint says what may be meant where an expression cannot be read; "" where
// that cannot be told. column is that of the error, in characters.
func syntaxHint(line string, column int, message string) string {
	if m := badNumber().FindStringSubmatch(message); m != nil {
		return "durations are numbers of seconds, without unit"
	}
	m := unexpected().FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	for _, at := range addressText().FindAllStringIndex(line, -1) {
		from, to := len([]rune(line[:at[0]])), len([]rune(line[:at[1]]))
		if from <= column && column <= to {
			return fmt.Sprintf("an address is text, in quotes: %q", line[at[0]:at[1]])
		}
	}
	word := m[1] + m[2]
	if rest := []rune(line); word == "=" && column+1 < len(rest) && rest[column+1] == '~' {
		word = "=~"
	}
	if word == ">" && strings.HasSuffix(string([]rune(line)[:column]), "<") {
		word = "<>"
	}
	if known := operators[word]; known != "" {
		return fmt.Sprintf("no operator %s; write %s", word, known)
	}
	return ""
}
