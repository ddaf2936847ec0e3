// Package scratch has files for what is too much to keep in memory and is read again
// later in the same run. Nobody names them, and nobody else finds them.
package scratch

import (
	"errors"
	"io"
	"math"
	"os"
)

// File is a temporary file. It lives on without a name; on Windows it keeps the name
// until it is closed.
type File struct {
	*os.File
	named bool // it could not be removed while it is open
}

// New makes an empty file; use says in its name what it is for.
func New(use string) (*File, error) {
	f, err := os.CreateTemp("", "finwait-"+use+"-*")
	if err != nil {
		return nil, err
	}
	return &File{f, os.Remove(f.Name()) != nil}, nil
}

// Again returns what was written so far, from the beginning. It does not move the
// file's own position, so that more can be written meanwhile.
func (f *File) Again() io.Reader { return io.NewSectionReader(f, 0, math.MaxInt64) }

// Close gives the file up.
func (f *File) Close() error {
	err := f.File.Close()
	if f.named {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
