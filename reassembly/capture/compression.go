package capture

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
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
	ends func(last []byte) bool // whether a file ends so: then it was not cut. nil where that shows nothing
}

// sniffLen is how many octets codec.is needs.
const sniffLen = 10

var codecs = []codec{
	{name: "gzip", is: prefix(gzipMagic), open: openGzip},
	{name: "zstd", is: isZstd, open: openZstd},
	{name: "lz4", is: isLZ4, open: openLZ4},
	{name: "xz", is: prefix(xzMagic), open: openXZ, ends: endsXZ},
	{name: "bzip2", is: isBzip2, open: openBzip2, ends: endsBzip2},
}

func prefix(magic string) func([]byte) bool {
	return func(h []byte) bool { return bytes.HasPrefix(h, []byte(magic)) }
}

// isZstd also takes a skippable frame, with which pzstd begins (RFC 8878
// §3.1.2). lz4 has the same, but no tool begins with it.
func isZstd(h []byte) bool {
	return prefix(zstdMagic)(h) || len(h) >= 4 && h[0]&0xf0 == skippable[0] && string(h[1:4]) == skippable[1:]
}

func isLZ4(h []byte) bool {
	return prefix(lz4Magic)(h) || prefix(lz4Legacy)(h)
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
type zstdReader struct {
	*zstd.Decoder
	frames *framed
}

// openZstd leaves the library one processor: with more, what it hands out of
// damaged data depends on how many there are.
func openZstd(br *bufio.Reader) (io.Reader, error) {
	frames := &framed{br: br, piece: new(zstdFrames).piece}
	z, err := zstd.NewReader(frames, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(1))
	return zstdReader{z, frames}, err
}

func (r zstdReader) Read(p []byte) (int, error) {
	n, err := r.Decoder.Read(p)
	if n == 0 && err != nil { // the block that it is about comes with the next Read
		n, err = r.Decoder.Read(p)
	}
	return n, r.frames.errorOf(err)
}

// lz4Reader undoes LZ4.
type lz4Reader struct {
	z      *lz4.Reader
	frames *framed
}

func openLZ4(br *bufio.Reader) (io.Reader, error) {
	frames := &framed{br: br, piece: new(lz4Frames).piece}
	return lz4Reader{lz4.NewReader(frames), frames}, nil
}

func (r lz4Reader) Read(p []byte) (int, error) {
	n, err := r.z.Read(p)
	return n, r.frames.errorOf(err)
}

// endsBzip2 looks for the end of a stream, also before a single octet of something else.
func endsBzip2(last []byte) bool {
	if n := len(last) - 1; n > 0 && last[n] != 0 && last[n] != 'B' && bzip2End(last[:n]) {
		return true
	}
	return bzip2End(last)
}

// bzip2End looks for the magic number behind the blocks, which stands at any bit, and
// 32 bits of a checksum.
func bzip2End(last []byte) bool {
	const magic, octets = 0x177245385090, 11
	if len(last) < octets {
		return false
	}
	b := binary.BigEndian.Uint64(last[len(last)-octets:])
	for padding := range 8 {
		if b<<(8-padding)>>16 == magic {
			return true
		}
	}
	return false
}

// bzip2Reader undoes bzip2.
type bzip2Reader struct {
	z  io.Reader
	in lastOctets
}

// lastOctets remembers what was read last.
type lastOctets struct {
	*bufio.Reader
	last [2]byte
}

func (r *lastOctets) ReadByte() (byte, error) {
	b, err := r.Reader.ReadByte()
	if err == nil {
		r.last = [...]byte{r.last[1], b}
	}
	return b, err
}

func openBzip2(br *bufio.Reader) (io.Reader, error) {
	r := &bzip2Reader{in: lastOctets{Reader: br}}
	r.z = bzip2.NewReader(&r.in)
	return r, nil
}

// notAnother is what the library says when two octets behind a stream begin no other.
const notAnother = bzip2.StructuralError("bad magic value in continuation file")

func (r *bzip2Reader) Read(p []byte) (int, error) {
	n, err := r.z.Read(p)
	if err == notAnother {
		if err = errBehind; r.in.last == [2]byte{} {
			err = zeros(r.in.Reader)
		}
	}
	return n, err
}

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
		d := &decoder{codec: c, in: tail{r: br}}
		if err := d.open(); err != nil {
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
	*codec
	in  tail
	br  *bufio.Reader // over in; r reads it
	r   io.Reader
	err error
}

func (d *decoder) open() (err error) {
	defer d.guard(&err)
	d.br = bufio.NewReaderSize(&d.in, compressedBuffer)
	d.r, err = d.codec.open(d.br)
	return err
}

func (d *decoder) Read(p []byte) (n int, err error) {
	if d.err != nil {
		return 0, d.err
	}
	defer d.guard(&err)
	return d.r.Read(p)
}

// isCut reports whether the file ends too early, of which r complains.
func (d *decoder) isCut() bool {
	_, err := d.br.Peek(1)
	return err == io.EOF && (d.ends == nil || !d.ends(d.in.last))
}

func (d *decoder) guard(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("malformed data: %v", v)
	}
	switch {
	case *err == nil || *err == io.EOF:
	case errors.Is(*err, io.ErrUnexpectedEOF) && !d.isCut():
		*err = fmt.Errorf("%s: damaged: an end is missing, though not that of the file", d.name)
	case errors.Is(*err, io.ErrUnexpectedEOF), *err == ErrCutShort:
		*err = fmt.Errorf("%w within the %s stream", ErrCutShort, d.name)
	default:
		*err = fmt.Errorf("%s: %w", d.name, *err)
	}
	d.err = *err
}

// gzipReader undoes gzip, of several members if need be.
type gzipReader struct {
	br *bufio.Reader
	z  *gzip.Reader
}

const gzipMagic = "\x1f\x8b"

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
		if more, err := another(r.br, gzipMagic); !more {
			return 0, err
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
