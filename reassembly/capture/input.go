package capture

import (
	"bufio"
	"io"
	"os"
	"sync/atomic"
)

// input is the underlying file, and what runs over it.
type input struct {
	file *os.File // nil for standard input
	src  io.Reader
	size int64        // octets; 0 if unknown
	read atomic.Int64 // octets read of the underlying file

	compression string
	ahead       *ahead // nil if there is nothing to decompress
	free        func() // ends the decompressors if ahead does not
}

func openInput(path string, stdin io.Reader) (*input, error) {
	if path == "-" {
		if stdin == nil {
			stdin = os.Stdin
		}
		return &input{src: stdin}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	in := &input{file: f, src: f}
	if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
		in.size = st.Size()
	}
	return in, nil
}

// Read reads from the underlying file and keeps count.
func (in *input) Read(p []byte) (int, error) {
	n, err := in.src.Read(p)
	in.read.Add(int64(n))
	return n, err
}

// plain returns the beginning of the uncompressed file, see decompress.
func (in *input) plain() (br *bufio.Reader, err error) {
	br, in.compression, in.free, err = decompress(in)
	return br, err
}

// run returns what is to be read from: br itself, or if there is decompression
// to do, br read ahead.
func (in *input) run(br *bufio.Reader) io.Reader {
	if in.compression == "" {
		return br
	}
	in.ahead = readAhead(br, in.free)
	in.free = nil
	return in.ahead
}

// Close ends everything and closes the file, but never standard input. A read of
// that cannot be broken off: the goroutine ends when it returns.
func (in *input) Close() error {
	if in.ahead != nil {
		in.ahead.halt()
	}
	if in.free != nil {
		in.free()
		in.free = nil
	}
	if in.file == nil {
		return nil
	}
	err := in.file.Close()
	if in.ahead != nil {
		in.ahead.wait()
	}
	return err
}
