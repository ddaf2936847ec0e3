package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// readSmall reads a file of at most so many octets. It may be a pipe that somebody
// named.
func readSmall(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		b.Grow(int(min(info.Size(), most+1)) + bytes.MinRead)
	}
	_, err = b.ReadFrom(io.LimitReader(f, most+1))
	if err == nil && int64(b.Len()) > most {
		err = fmt.Errorf("%s is too long: more than %d octets", path, most)
	}
	return b.Bytes(), err
}

// readFound reads a file that was found and not named, and that may be a stranger's:
// no link, which may lead to what the stranger cannot read, and nothing that has no
// end. It is nil where there is none.
func readFound(path string, most int64) ([]byte, error) {
	switch found, err := isFound(path); {
	case err != nil:
		return nil, err
	case !found:
		return nil, nil
	}
	text, err := readSmall(path, most)
	if text == nil && err == nil {
		text = []byte{}
	}
	return text, err
}

// isFound reports whether there is a regular file, and no link to one. What is there
// and is something else is an error: to pass over it would change the result.
func isFound(path string) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Mode().Type() == fs.ModeSymlink:
		return false, fmt.Errorf("%s is a link: it is not followed, because it may be a stranger's", path)
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is no regular file", path)
	}
	return true, nil
}
