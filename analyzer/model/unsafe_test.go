package model

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// TestUnsafe names characters of each kind.
func TestUnsafe(t *testing.T) {
	for _, r := range []rune{
		0, '\n', '\t', 0x1b, 0x7f, // ASCII
		0x80, 0x85, 0x9b, 0x9f, // C1
		0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, // bidirectional
		0xad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x180e, // without width
		0x34f, 0x115f, 0x3164, 0xffa0, 0xfe0f, 0xe0100, 0xe0001, 0xe0041, // left out by fonts
		0x2028, 0x2029, 0xe000, 0xf0000, // line ends, private
	} {
		if !Unsafe(r) {
			t.Errorf("%U passes", r)
		}
	}
	for _, r := range "aZ ~é日本語עבריתعربिहनदी😀\u00a0" {
		if Unsafe(r) {
			t.Errorf("%U %c is no danger", r, r)
		}
	}
}

// FuzzSafeJSON wants text to come back from JSON as it was, and nothing unsafe on the way.
func FuzzSafeJSON(f *testing.F) {
	for _, s := range []string{"", "a\u009b31m", "\u202etxt.exe", "a\u200bb", "\U000e0041", "\x7f\xff", "日本😀\ufffd", "12345678\x7f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		own := appendStr(nil, s)
		plain, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{own, AppendSafeJSON(nil, plain)} {
			for _, r := range string(text) {
				if Unsafe(r) {
					t.Fatalf("%q holds %U", text, r)
				}
			}
			var back string
			if err := json.Unmarshal(text, &back); err != nil || utf8.ValidString(s) && back != s {
				t.Fatalf("%q came back as %q (%v)", s, back, err)
			}
		}
	})
}
