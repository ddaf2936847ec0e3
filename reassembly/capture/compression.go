package capture

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

const (
	// maxLayers is how often a capture may be compressed: a file that is its
	// own compressed form would keep us forever.
	maxLayers = 3
	// maxWindow bounds, in octets, what a decompressor must remember of the
	// data before: the zstd command's own default limit, and twice xz -9.
	maxWindow = 128 << 20
	// compressedBuffer is the read size, in octets, below a decompressor.
	compressedBuffer = 128 << 10
)

// codec is a way to compress, told by its magic.
type codec struct {
	name string
	is   func(head []byte) bool
	open func(*bufio.Reader) (io.Reader, error)
}

// sniffLen is how many octets codec.is needs.
const sniffLen = 10

var codecs = []codec{
	{name: "gzip", is: prefix("\x1f\x8b"), open: openGzip},
	{name: "zstd", is: isZstd, open: openZstd},
	{name: "lz4", is: isLZ4, open: openLZ4},
	{name: "xz", is: prefix(xzMagic), open: openXZ},
	{name: "bzip2", is: isBzip2, open: openBzip2},
}

func prefix(magic string) func([]byte) bool {
	return func(h []byte) bool { return bytes.HasPrefix(h, []byte(magic)) }
}

// isZstd also takes a skippable frame, with which pzstd begins (RFC 8878
// §3.1.2). lz4 has the same, but no tool begins with it.
func isZstd(h []byte) bool {
	return prefix("\x28\xb5\x2f\xfd")(h) || len(h) >= 4 && h[0]&0xf0 == 0x50 && string(h[1:4]) == "\x2a\x4d\x18"
}

func isLZ4(h []byte) bool {
	return prefix("\x04\x22\x4d\x18")(h) || prefix("\x02\x21\x4c\x18")(h) // frame, legacy frame
}

// isBzip2 takes "BZh", the level, and the start of a block or the end of an
// empty stream.
func isBzip2(h []byte) bool {
	if len(h) < sniffLen || string(h[:3]) != "BZh" || h[3] < '1' || h[3] > '9' {
		return false
	}
	rest := string(h[4:10])
	return rest == "\x31\x41\x59\x26\x53\x59" || rest == "\x17\x72\x45\x38\x50\x90"
}

// zstdReader undoes zstd. It hands out the block before a checksum that is wrong
// or cut off, as the zstd command does.
type zstdReader struct{ *zstd.Decoder }

// openZstd leaves the library one processor: with more, what it hands out of
// damaged data depends on how many there are.
func openZstd(br *bufio.Reader) (io.Reader, error) {
	z, err := zstd.NewReader(br, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(1))
	return zstdReader{z}, err
}

func (r zstdReader) Read(p []byte) (int, error) {
	n, err := r.Decoder.Read(p)
	if n == 0 && err != nil { // the block that it is about comes with the next Read
		n, err = r.Decoder.Read(p)
	}
	return n, err
}

func openLZ4(br *bufio.Reader) (io.Reader, error) { return lz4.NewReader(br), nil }

func openBzip2(br *bufio.Reader) (io.Reader, error) { return bzip2.NewReader(br), nil }

// decompress returns the plain file, and in names the layers that were undone,
// outermost first. The buffer is just large enough to look at the beginning:
// large reads go past it. stop frees what the decompressors hold, unless they
// are being read.
func decompress(r io.Reader) (plain *bufio.Reader, names string, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, f := range stops {
			f()
		}
	}
	var layers []string
	for {
		br := bufio.NewReader(r)
		h, _ := br.Peek(sniffLen) // an error comes again
		c := findCodec(h)
		if c == nil {
			return br, strings.Join(layers, "+"), stop, nil
		}
		if layers = append(layers, c.name); len(layers) > maxLayers {
			return nil, "", stop, fmt.Errorf("compressed more than %d times", maxLayers)
		}
		d := &decoder{name: c.name}
		if err := d.open(c, bufio.NewReaderSize(br, compressedBuffer)); err != nil {
			return nil, "", stop, err
		}
		if c, ok := d.r.(interface{ Close() }); ok {
			stops = append(stops, c.Close)
		}
		r = d
	}
}

func findCodec(head []byte) *codec {
	for i := range codecs {
		if codecs[i].is(head) {
			return &codecs[i]
		}
	}
	return nil
}

// decoder makes a decompressor fit for hostile input: its errors are sticky and
// say where they come from, and its panics are errors.
type decoder struct {
	name string
	r    io.Reader
	err  error
}

func (d *decoder) open(c *codec, br *bufio.Reader) (err error) {
	defer d.guard(&err)
	d.r, err = c.open(br)
	return err
}

func (d *decoder) Read(p []byte) (n int, err error) {
	if d.err != nil {
		return 0, d.err
	}
	defer d.guard(&err)
	return d.r.Read(p)
}

func (d *decoder) guard(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("malformed data: %v", v)
	}
	switch {
	case *err == nil || *err == io.EOF:
	case errors.Is(*err, io.ErrUnexpectedEOF):
		*err = fmt.Errorf("%w within the %s stream", ErrCutShort, d.name)
	default:
		*err = fmt.Errorf("%s: %w", d.name, *err)
	}
	d.err = *err
}

// gzipReader undoes gzip, of several members if need be, and ignores garbage
// behind them, as gzip and Wireshark do.
type gzipReader struct {
	br *bufio.Reader
	z  *gzip.Reader
}

func openGzip(br *bufio.Reader) (io.Reader, error) {
	z, err := gzip.NewReader(br)
	if err != nil {
		return nil, unexpected(err)
	}
	z.Multistream(false)
	return &gzipReader{br: br, z: z}, nil
}

func (r *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := r.z.Read(p)
		if err != io.EOF || n > 0 {
			if err == io.EOF {
				err = nil // it comes again
			}
			return n, err
		}
		h, err := r.br.Peek(2)
		switch {
		case err != nil && err != io.EOF:
			return 0, err
		case len(h) == 1 && h[0] == 0x1f:
			return 0, io.ErrUnexpectedEOF
		case string(h) != "\x1f\x8b":
			return 0, io.EOF
		}
		if err := r.z.Reset(r.br); err != nil {
			return 0, unexpected(err)
		}
		r.z.Multistream(false)
	}
}

// unexpected turns the EOF of a header that is not whole into what it is.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
