package cli

import (
	"strings"
	"testing"
)

// What is a list in the source is one in help and in the man page.
func TestListsStayLists(t *testing.T) {
	text := "Before\nit:\n- one thing\n  and more of it;\n- another\n\nAfter"
	if got, want := paragraphs(text), "Before it:\n- one thing and more of it;\n- another\n\nAfter"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	long := paragraphs("- " + strings.Repeat("word ", 40))
	for i, line := range strings.Split(long, "\n") {
		if len(line) > helpWidth || i > 0 && !strings.HasPrefix(line, "  word") {
			t.Errorf("line %d: %q", i+1, line)
		}
	}
	var r roff
	r.paragraphs(text)
	if got, want := r.b.String(), "Before it:\n.IP \\(bu 2\none thing and more of it;\n.IP \\(bu 2\nanother\n.PP\nAfter\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, topic := range []string{"runs", "pairs", "check"} {
		out, _ := says(t, exitOK, "help", topic)
		if n := strings.Count(string(out), "\n- "); n < 3 {
			t.Errorf("help %s has %d items", topic, n)
		}
	}
}
