package model

import (
	"unicode"
	"unicode/utf8"
)

// unseen are characters that take no room or change what stands around them: control,
// format, surrogate and private ones, line separators (Unicode categories C, Zl and
// Zp), variation selectors, and letters that fonts leave out by default.
var unseen = []*unicode.RangeTable{
	unicode.C, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point,
}

// Unsafe reports whether a character could steer a terminal, reverse or hide text, and
// so leaves the program escaped only, in every format. This is the one table of them.
func Unsafe(r rune) bool { return r < ' ' || r >= 0x7f && unicode.In(r, unseen...) }

// appendUnicode appends a character as JSON escapes it, which means the same: one
// beyond U+FFFF as the surrogates of UTF-16.
func appendUnicode(dst []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		return appendUnicode(appendUnicode(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return append(dst, '\\', 'u', hexDigits[r>>12&0xf], hexDigits[r>>8&0xf], hexDigits[r>>4&0xf], hexDigits[r&0xf])
}

// AppendSafeJSON appends JSON with what is unsafe in its strings escaped. Line ends
// stand between its values and stay.
func AppendSafeJSON(dst, text []byte) []byte {
	start := 0
	for i := 0; i < len(text); {
		if text[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || Unsafe(r) {
			dst = append(dst, text[start:i]...)
			dst = appendUnicode(dst, r)
			start = i + size
		}
		i += size
	}
	return append(dst, text[start:]...)
}
