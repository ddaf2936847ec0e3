package cli

import (
	"errors"
	"strings"

	"finwait/analyzer/report/prose"
)

// lines words an error in a line, whatever names are in it, and errors that are joined
// in a line each.
func lines(err error) string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || errors.Join(joined.Unwrap()...).Error() != err.Error() {
		return prose.Safe(err.Error())
	}
	var list []string
	for _, e := range joined.Unwrap() {
		list = append(list, lines(e))
	}
	return strings.Join(list, "\n")
}

// printable makes text safe for a terminal, line by line.
func printable(text string) string {
	list := strings.Split(text, "\n")
	for i := range list {
		list[i] = prose.Safe(list[i])
	}
	return strings.Join(list, "\n")
}
