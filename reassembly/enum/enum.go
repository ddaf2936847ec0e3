// Package enum reads the words of enumerations. An enumeration owns its words: a
// list in the order of its values, which are small numbers. Its String and
// AppendText write them, its UnmarshalText reads them, and its Words lists those
// that records hold, for whoever describes them.
package enum

import (
	"fmt"
	"slices"
	"strings"
)

// Parse returns the value whose word text is.
func Parse[E ~uint8](words []string, text []byte) (E, error) {
	if i := slices.Index(words, string(text)); i >= 0 {
		return E(i), nil
	}
	known := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	return 0, fmt.Errorf("%q is none of %s", text, strings.Join(known, ", "))
}
