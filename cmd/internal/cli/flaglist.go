package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

// flagEntries describes flags in the order of their definition, thresholds or
// all others.
func flagEntries(fs *pflag.FlagSet, thresholds bool) (list []entry) {
	fs.VisitAll(func(f *pflag.Flag) {
		if isThreshold(f) == thresholds {
			list = append(list, flagEntry(f))
		}
	})
	return list
}

func flagEntry(f *pflag.Flag) entry {
	value, usage := pflag.UnquoteUsage(f)
	head := "    --" + f.Name
	if f.Shorthand != "" {
		head = "-" + f.Shorthand + ", --" + f.Name
	}
	if words := flagWords(f); words != nil {
		usage += ": " + strings.Join(words, ", ")
	}
	if takesValue(f) {
		head += " " + value
	}
	if shown := f.DefValue; shown != "" && shown != "false" {
		usage += " (default " + shown + ")"
	}
	return entry{head: head, about: usage}
}

// isThreshold reports whether a flag is one of a rule's, of which there are many.
func isThreshold(f *pflag.Flag) bool {
	_, ok := f.Value.(*thresholdFlag)
	return ok
}

// has reports whether fs has a flag that is like that.
func has(fs *pflag.FlagSet, like func(*pflag.Flag) bool) (found bool) {
	fs.VisitAll(func(f *pflag.Flag) { found = found || like(f) })
	return found
}
