package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe returns s with everything that could steer a terminal or mislead a
// reader made visible: control characters, invalid UTF-8, and the format
// characters that reverse or hide text. Letters of all scripts stay.
func Safe(s string) string {
	if !strings.ContainsFunc(s, unsafe) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, r < 0x80 && unsafe(r):
			b.WriteString(`\x`)
			hex(&b, uint32(s[i]), 2)
		case unsafe(r) && r > 0xffff:
			b.WriteString(`\U`)
			hex(&b, uint32(r), 8)
		case unsafe(r):
			b.WriteString(`\u`)
			hex(&b, uint32(r), 4)
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// unsafe reports whether r is a control, format, surrogate or private character
// or a line separator (Unicode categories C, Zl and Zp).
func unsafe(r rune) bool {
	return r < ' ' || r >= 0x7f && unicode.In(r, unicode.C, unicode.Zl, unicode.Zp)
}

func hex(b *strings.Builder, v uint32, digits int) {
	for i := digits - 1; i >= 0; i-- {
		b.WriteByte("0123456789abcdef"[v>>(4*i)&0xf])
	}
}
