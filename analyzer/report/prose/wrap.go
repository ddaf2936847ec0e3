package prose

import "strings"

// Wrap breaks text at spaces into lines of at most width columns.
func Wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range phrases(s) {
		switch {
		case line == "":
			line = word
		case Width(line)+1+Width(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// units are words that stand behind a number, on the same line.
var units = map[string]bool{
	"s": true, "ms": true, "µs": true, "ns": true, "min": true, "h": true, "byte": true, "bytes": true, "octet": true, "octets": true,
	"B": true, "kB": true, "MB": true, "GB": true, "TB": true, "KiB": true, "MiB": true, "packet": true, "packets": true,
	"segment": true, "segments": true, "connection": true, "connections": true, "retransmission": true, "retransmissions": true,
}

// labels are words that stand before a number.
var labels = map[string]bool{
	"seq": true, "ack": true, "win": true, "len": true, "frame": true, "frames": true, "stream": true, "port": true,
	">": true, "≤": true, "≥": true, "→": true,
}

// phrases splits text at spaces, but not between a number and its unit or its label.
func phrases(s string) []string {
	words := strings.Fields(s)
	var out []string
	for i := 0; i < len(words); i++ {
		phrase := words[i]
		for i+1 < len(words) && belong(words[i], words[i+1]) {
			i++
			phrase += " " + words[i]
		}
		out = append(out, phrase)
	}
	return out
}

func belong(word, next string) bool {
	isNumber := func(w string) bool { return w[0] >= '0' && w[0] <= '9' }
	if isNumber(word) {
		return !strings.HasSuffix(word, ",") && units[strings.TrimRight(next, ".,;:)")]
	}
	return labels[strings.TrimLeft(word, "(")] && isNumber(next)
}

// UpperFirst makes the first letter, which is of ASCII, a capital.
func UpperFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
