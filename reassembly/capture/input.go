package capture

import (
	"bufio"
	"io"
	"os"
	"sync/atomic"
)

// input is the underlying file and the chain of decompressors over it.
type input struct {
	file        *os.File // nil for standard input
	src         io.Reader
	size        int64        // octets; 0 if unknown
	read        atomic.Int64 // octets read of the underlying file
	compression string
}

func openInput(path string, stdin io.Reader) (*input, error) {
	if path == "-" {
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

// decompress returns the plain file, in a buffer just large enough to look at
// its beginning: large reads go past it.
func (in *input) decompress() (*bufio.Reader, error) {
	return bufio.NewReader(in), nil
}

func (in *input) Close() error {
	if in.file == nil {
		return nil
	}
	return in.file.Close()
}
