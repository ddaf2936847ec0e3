package prose

import "testing"

// The columns are those that a terminal (xterm 379) moves its cursor by.
func TestDisplayWidth(t *testing.T) {
	for text, want := range map[string]int{
		"":                       0,
		"server.pcap":            11,
		"\x1b[1;31merror\x1b[0m": 5,
		"Mitschnitt für später":  21,
		"cafe\u0301":             4,
		"捕获文件.pcap":              13,
		"キャプチャ":                  10,
		"zero\u200bwidth":        9,
		"█▌…":                    3,
		"한글":                     4,
		"🦈.pcap":                 7,
		"ａｂ":                     4,
		"𠀋":                      2,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"a":         "a     ",
		"abcdef":    "abcdef",
		"abcdefg":   "abcde…",
		"捕获文件.pcap": "捕获… ",
	} {
		if got := Fit(text, 6); got != want {
			t.Errorf("%q in 6 columns is %q, want %q", text, got, want)
		}
	}
}
