package driver

import (
	"fmt"

	"finwait/analyzer/model"
)

// ChangedError says that a capture holds less than when it was read before, or is
// another, so that not everything could be found again.
type ChangedError struct {
	File        string
	Before, Now int64 // packets
	Err         error // why it was not read to its end; nil if it was

	other bool // it begins otherwise
}

func (e *ChangedError) Error() string {
	text := fmt.Sprintf("%s: changed meanwhile: of %d packets, %d are left", e.File, e.Before, e.Now)
	if e.Now >= e.Before || e.other && e.Now > 0 {
		text = e.File + ": changed meanwhile: it is another capture"
	}
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

// Unwrap returns the cause.
func (e *ChangedError) Unwrap() error { return e.Err }

// Changed returns a *ChangedError if what was read of a capture is not what, or less than
// what, was read of it before. It may have grown. to says whether it was read again to the
// end of what had been read; else only its beginning is compared.
func Changed(before, now *model.FileInfo, to bool, err error) error {
	other := !same(before.Begins, now.Begins) && before.Begins != nil && (to || now.Packets > 0)
	less := to && (now.Packets < before.Packets || now.Packets == before.Packets && !same(before.Last, now.Last))
	if other || less {
		return &ChangedError{File: now.File, Before: before.Packets, Now: now.Packets, Err: err, other: other}
	}
	return nil
}

func same(a, b *model.Time) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
