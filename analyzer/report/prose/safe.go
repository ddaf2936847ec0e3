package prose

import (
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"finwait/analyzer/model"
)

// Safe returns s with everything that could steer a terminal or mislead a
// reader made visible: control characters, invalid UTF-8, and the format
// characters that reverse or hide text. Letters of all scripts stay.
func Safe(s string) string {
	if plain(s) || !strings.ContainsFunc(s, model.Unsafe) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, r < 0x80 && model.Unsafe(r):
			b.WriteString(`\x`)
			hex(&b, uint32(s[i]), 2)
		case model.Unsafe(r) && r > 0xffff:
			b.WriteString(`\U`)
			hex(&b, uint32(r), 8)
		case model.Unsafe(r):
			b.WriteString(`\u`)
			hex(&b, uint32(r), 4)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// plain reports whether s is printable ASCII, as most is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i]-' ' >= 0x7f-' ' {
			return false
		}
	}
	return true
}

func hex(b *strings.Builder, v uint32, digits int) {
	for i := digits - 1; i >= 0; i-- {
		b.WriteByte("0123456789abcdef"[v>>(4*i)&0xf])
	}
}

// JSONEncoder returns what writes values as JSON in which nothing is unsafe. indent is
// "" for a value a line.
func JSONEncoder(w io.Writer, indent string) *json.Encoder {
	enc := json.NewEncoder(safeJSONWriter{w})
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	return enc
}

// safeJSONWriter takes a whole value at a time, as json.Encoder writes it.
type safeJSONWriter struct{ w io.Writer }

func (s safeJSONWriter) Write(p []byte) (int, error) {
	if _, err := s.w.Write(model.AppendSafeJSON(make([]byte, 0, len(p)), p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
