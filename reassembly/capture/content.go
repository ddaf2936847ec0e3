package capture

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// Content is what a file holds, whatever it is, with its compression undone.
type Content struct {
	*bufio.Reader
	Compression string // what it was wrapped in, outermost first, joined by "+"; "" where nothing

	in *input
}

// OpenContent opens a file that need not be a capture.
func OpenContent(path string) (*Content, error) {
	in, err := openInput(path, nil)
	if err != nil {
		return nil, err
	}
	return newContent(path, in)
}

// NewContent reads from r what need not be a capture. The caller owns r; the path is a name
// for it.
func NewContent(path string, r io.Reader) (*Content, error) {
	return newContent(path, &input{src: r})
}

func newContent(path string, in *input) (*Content, error) {
	br, err := in.plain()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, in.Close()))
	}
	return &Content{br, in.compression, in}, nil
}

// File returns the file, nil where there is none; it is closed with the Content.
func (c *Content) File() *os.File { return c.in.file }

// Close closes the file.
func (c *Content) Close() error { return c.in.Close() }
