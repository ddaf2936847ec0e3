package query

import (
	"strings"
	"testing"

	"finwait/analyzer/schema"
)

// An expression can ask for every field, under that name.
func TestFieldsCanBeAskedFor(t *testing.T) {
	above, list := "", false
	for _, f := range schema.Fields() {
		for name := range strings.SplitSeq(f.Name, ", ") {
			text := name + " == nil"
			switch {
			case f.Depth == 0:
				above, list = name, strings.HasPrefix(f.Kind, "list")
			case list:
				text = "any(" + above + ", " + text + ")"
			default:
				text = above + text
			}
			if _, err := Compile(text); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
		if f.Depth > 1 {
			t.Errorf("%s is %d deep: this test reads one", f.Name, f.Depth)
		}
	}
}
