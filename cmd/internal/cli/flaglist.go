package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

const (
	helpWidth = 90 // columns of a help text
	flagWidth = 26 // columns for a flag and its value; longer ones get a line of their own
)

// flagList describes flags, one after the other in the order of their
// definition.
func flagList(fs *pflag.FlagSet) string {
	var b strings.Builder
	fs.VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		head := "      --" + f.Name
		if f.Shorthand != "" {
			head = "  -" + f.Shorthand + ", --" + f.Name
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
		writeEntry(&b, head, usage)
	})
	return b.String()
}

// writeEntry writes a name and beside it what it is about.
func writeEntry(b *strings.Builder, head, about string) {
	if len(head) > flagWidth {
		fmt.Fprintf(b, "%s\n", head)
		head = ""
	}
	for _, line := range wrapWords(about, helpWidth-flagWidth-2) {
		fmt.Fprintf(b, "%-*s  %s\n", flagWidth, head, line)
		head = ""
	}
}

// without returns the flags but for some.
func without(fs *pflag.FlagSet, left func(*pflag.Flag) bool) (rest *pflag.FlagSet, some bool) {
	rest = newFlagSet(fs.Name())
	fs.VisitAll(func(f *pflag.Flag) {
		if left(f) {
			some = true
			return
		}
		rest.AddFlag(f)
	})
	return rest, some
}

// wrapWords breaks text at spaces into lines of at most width octets.
func wrapWords(text string, width int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len(*last)+1+len(word) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return lines
}
