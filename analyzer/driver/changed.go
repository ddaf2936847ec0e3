package driver

import "fmt"

// ChangedError says that a capture holds less than when it was read before, so
// that not everything could be found again.
type ChangedError struct {
	File        string
	Before, Now int64 // packets
	Err         error // why it was not read to its end; nil if it was
}

func (e *ChangedError) Error() string {
	text := fmt.Sprintf("%s: changed meanwhile: of %d packets, %d are left", e.File, e.Before, e.Now)
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

// Unwrap returns the cause.
func (e *ChangedError) Unwrap() error { return e.Err }
