package query

import (
	"errors"

	"finwait/analyzer/suggest"
)

// Explain words an error in an expression and points at it.
func Explain(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := e.Message
	if near := e.Nearest; near.Closed {
		text += suggest.OneOf(near.Word, near.Known)
	} else if near.Word != "" {
		text += suggest.DidYouMean(near.Word, near.Known, "%s")
	}
	return text + "\n" + e.Pointer()
}
