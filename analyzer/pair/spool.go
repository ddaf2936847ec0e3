package pair

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"finwait/analyzer/scratch"
)

// spool keeps links in the order in which they became final: in memory, and where there
// are many in a temporary file.
type spool struct {
	buf  []byte
	file *scratch.File // nil while memory is enough
	out  *bufio.Writer
	size int64
}

// inMemory is how many octets are kept without a file.
const inMemory = 4 << 20

// add keeps one.
func (s *spool) add(b []byte) error {
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(len(b)))
	s.buf = append(append(s.buf, head[:n]...), b...)
	s.size += int64(n + len(b))
	if len(s.buf) < inMemory {
		return nil
	}
	if s.file == nil {
		f, err := scratch.New("pair")
		if err != nil {
			return notKept(err)
		}
		s.file, s.out = f, bufio.NewWriterSize(f, 1<<16)
	}
	return s.flush()
}

func (s *spool) flush() error {
	_, err := s.out.Write(s.buf)
	s.buf = s.buf[:0]
	if err != nil {
		return notKept(err)
	}
	return nil
}

func notKept(err error) error {
	return fmt.Errorf("what is known of connections cannot be kept: %w", err)
}

func unreadable(err error) error {
	return fmt.Errorf("what was kept of connections cannot be read: %w", err)
}

// each calls f with all that was kept, in order. It may be called again.
func (s *spool) each(f func([]byte) error) error {
	var in io.Reader = bytes.NewReader(s.buf)
	if s.file != nil {
		err := s.out.Flush()
		if err != nil {
			return notKept(err)
		}
		in = io.MultiReader(s.file.Again(), in)
	}
	r := bufio.NewReaderSize(in, 1<<16)
	var b []byte
	for {
		n, err := binary.ReadUvarint(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			if uint64(cap(b)) < n {
				b = make([]byte, n)
			}
			_, err = io.ReadFull(r, b[:n])
		}
		if err != nil {
			return unreadable(err)
		}
		if err := f(b[:n]); err != nil {
			return err
		}
	}
}

// close gives the file up.
func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
