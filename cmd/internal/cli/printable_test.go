package cli

import (
	"errors"
	"fmt"
	"testing"
)

// A file's name makes no line of its own: of a log, or of commands to who reads one.
func TestLines(t *testing.T) {
	odd, plain := errors.New("a\n::warning::b: not a capture"), errors.New("c")
	for _, c := range []struct {
		err  error
		want string
	}{
		{plain, "c"},
		{odd, `a\x0a::warning::b: not a capture`},
		{errors.Join(odd, plain), "a\\x0a::warning::b: not a capture\nc"},
		{fmt.Errorf("%w, %w", odd, plain), `a\x0a::warning::b: not a capture, c`},
	} {
		if got := lines(c.err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
