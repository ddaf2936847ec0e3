package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// spool keeps what is read from standard input in a temporary file, so that it
// can be read again.
type spool struct {
	in   io.Reader
	file *os.File
}

func newSpool(in io.Reader) (*spool, error) {
	f, err := os.CreateTemp("", "finwait-show-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // it lives on without a name; on Windows, until close
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

// again returns what was read so far, from the beginning. It does not move the
// file's own position: a Read that was given up may still be under way.
func (s *spool) again() io.Reader { return io.NewSectionReader(s.file, 0, math.MaxInt64) }

func (s *spool) close() error {
	name := s.file.Name()
	err := s.file.Close()
	if rerr := os.Remove(name); !errors.Is(rerr, os.ErrNotExist) {
		err = errors.Join(err, rerr)
	}
	return err
}
