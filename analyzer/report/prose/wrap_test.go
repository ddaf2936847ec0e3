package prose

import (
	"slices"
	"strings"
	"testing"
)

// TestWrapKeepsNumbersTogether wants no line to end between a number and its unit.
func TestWrapKeepsNumbersTogether(t *testing.T) {
	const text = "it waited 2.16 s, sent 1300 bytes in 12 segments (seq 1:1301, ack 203) and > 9.8 s later, in frame 7, gave up after 3 retransmissions."
	for width := 1; width < 140; width++ {
		lines := Wrap(text, width)
		if strings.Join(lines, " ") != text {
			t.Fatalf("%d columns: %q", width, lines)
		}
		for _, line := range lines {
			last := line[strings.LastIndexByte(line, ' ')+1:]
			if slices.Contains([]string{"2.16", "1300", "12", "(seq", "ack", ">", "9.8", "frame", "3"}, last) {
				t.Errorf("%d columns: a line ends with %q: %q", width, last, lines)
			}
		}
	}
	if got := Wrap("in 2 or 3, of s and ms", 6); !slices.Equal(got, []string{"in 2", "or 3,", "of s", "and ms"}) {
		t.Errorf("%q", got)
	}
}
