package prose

import "testing"

// What a terminal would take for an order is escaped, what people write is not.
func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"größe/日本.pcap": "größe/日本.pcap", "a\x1b[31mb": `a\x1b[31mb`, "a\nb\t": `a\x0ab\x09`, "\x7f\x00": `\x7f\x00`,
		"\u202egpj.exe": `\u202egpj.exe`, "a\u009b31m": `a\u009b31m`, "\xff\xfe": `\xff\xfe`, "\u2028": `\u2028`,
		"\U000e0041": `\U000e0041`, "👩‍🚀": "👩\\u200d🚀", "": "",
	} {
		if got := Safe(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
