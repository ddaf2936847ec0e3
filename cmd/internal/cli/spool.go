package cli

import (
	"fmt"
	"io"

	"finwait/analyzer/scratch"
)

// spool keeps what is read from standard input in a temporary file, so that it
// can be read again.
type spool struct {
	in   io.Reader
	file *scratch.File
}

func newSpool(in io.Reader) (*spool, error) {
	f, err := scratch.New("show")
	if err != nil {
		return nil, err
	}
	return &spool{in: in, file: f}, nil
}

// Read reads on, and keeps it.
func (s *spool) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if n > 0 {
		if _, werr := s.file.Write(p[:n]); werr != nil {
			return 0, fmt.Errorf("standard input cannot be kept: %w", werr)
		}
	}
	return n, err
}
