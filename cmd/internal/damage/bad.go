package damage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"finwait/analyzer/model"
)

// Bad says what is wrong with the output of a command and format ("flows jsonl"); "" if nothing is.
func Bad(format string, text []byte) string {
	if format == "flows parquet" { // no text; its own tests read it back
		return ""
	}
	if !utf8.Valid(text) {
		return "invalid UTF-8"
	}
	for at, r := range string(text) {
		tab := r == '\t' && (strings.HasSuffix(format, " tsv") || format == "flows zeek")
		if r != '\n' && !tab && model.Unsafe(r) {
			return fmt.Sprintf("control character %U in %q", r, text[max(at-60, 0):min(at+60, len(text))])
		}
	}
	switch format {
	case "flows jsonl":
		for line := range bytes.Lines(text) {
			if bad := badJSON(line); bad != "" {
				return bad
			}
		}
	case "flows json", "report json":
		return badJSON(text)
	}
	return ""
}

// badJSON wants a JSON value in which no number is negative.
func badJSON(text []byte) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return fmt.Sprintf("%v in %.500q", err, text)
	}
	return negative("", v)
}

// negative names a negative number in a JSON value.
func negative(path string, v any) string {
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			if bad := negative(path+"."+key, e); bad != "" {
				return bad
			}
		}
	case []any:
		for i, e := range v {
			if bad := negative(fmt.Sprintf("%s[%d]", path, i), e); bad != "" {
				return bad
			}
		}
	case float64:
		if v < 0 {
			return fmt.Sprintf("%s is %v", path, v)
		}
	}
	return ""
}
