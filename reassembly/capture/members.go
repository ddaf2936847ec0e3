package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// errBehind says what stands behind the last member, stream or frame of a compressed
// file, where only zeros may.
var errBehind = errors.New("damaged, or unknown data behind what was compressed")

// skippable is the magic number of a frame that holds nothing (RFC 8878 §3.1.2): the low
// half of its first octet may be anything. zstd and LZ4 share it.
const skippable = "\x50\x2a\x4d\x18"

// another reports whether br stands at one more member, which begins with one of magics.
// It is at the end of the file (io.EOF) if nothing but zeros, as of tapes and disks, are
// left; all else is damage.
func another(br *bufio.Reader, magics ...string) (bool, error) {
	peeked, err := br.Peek(len(skippable))
	if err != nil && err != io.EOF {
		return false, err
	}
	h := string(peeked)
	if len(h) > 0 && h[0]&0xf0 == skippable[0] {
		h = skippable[:1] + h[1:]
	}
	for _, magic := range magics {
		switch {
		case strings.HasPrefix(h, magic):
			return true, nil
		case len(h) > 0 && strings.HasPrefix(magic, h):
			return false, ErrCutShort
		}
	}
	return false, zeros(br)
}

// zeros reads the rest of the file: io.EOF says that it is all zeros.
func zeros(br *bufio.Reader) error {
	for {
		if _, err := br.Peek(1); err != nil {
			return err
		}
		h, _ := br.Peek(br.Buffered())
		if len(bytes.Trim(h, "\x00")) > 0 {
			return errBehind
		}
		_, _ = br.Discard(len(h)) // they are buffered
	}
}

// framed passes on the frames of a compressed file, and ends where they do. It knows
// where each ends by its own lengths: a decompressor behind it takes neither the end of
// the file nor padding for what they are not.
type framed struct {
	br    *bufio.Reader
	piece func(*bufio.Reader) (octets int64, err error) // of the next piece, in whole
	left  int64                                         // octets of the present piece
	err   error
}

func (f *framed) Read(p []byte) (int, error) {
	for f.left == 0 && f.err == nil {
		f.left, f.err = f.piece(f.br)
	}
	if f.left == 0 || len(p) == 0 {
		return 0, f.err
	}
	n, err := f.br.Read(p[:min(int64(len(p)), f.left)])
	if f.left -= int64(n); err != nil {
		f.left, f.err = 0, cutOr(err)
	}
	if n > 0 {
		return n, nil
	}
	return 0, f.err
}

// errorOf returns what an error of the decompressor behind f means: where it misses octets
// that the file has, the file is damaged.
func (f *framed) errorOf(err error) error {
	switch {
	case f.err != nil && f.err != io.EOF && err != nil:
		return f.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("damaged: a frame lacks its end")
	}
	return err
}

// header returns the n octets that br stands at.
func header(br *bufio.Reader, n int) ([]byte, error) {
	h, err := br.Peek(n)
	if err != nil {
		return nil, cutOr(err)
	}
	return h, nil
}

const zstdMagic = "\x28\xb5\x2f\xfd"

// zstdFrames walks the frames of RFC 8878 §3.1.
type zstdFrames struct {
	inside bool
	sum    int64 // octets of the checksum behind the last block
}

func (z *zstdFrames) piece(br *bufio.Reader) (int64, error) {
	if z.inside {
		return z.block(br)
	}
	if more, err := another(br, zstdMagic, skippable); !more {
		return 0, err
	}
	h, err := header(br, 8)
	if err != nil {
		return 0, err
	}
	if string(h[:4]) != zstdMagic { // skippable
		return 8 + int64(binary.LittleEndian.Uint32(h[4:])), nil
	}
	const single, sum = 0x20, 0x04
	flags := h[4]
	n := 5 + [...]int64{0, 1, 2, 4}[flags&3] + [...]int64{0, 2, 4, 8}[flags>>6]
	switch {
	case flags&single == 0:
		n++ // window
	case flags>>6 == 0:
		n++ // content size
	}
	z.inside, z.sum = true, int64(flags&sum)
	return n, nil
}

func (z *zstdFrames) block(br *bufio.Reader) (int64, error) {
	h, err := header(br, 3)
	if err != nil {
		return 0, err
	}
	const repeated = 1
	n := int64(h[0])>>3 | int64(h[1])<<5 | int64(h[2])<<13
	if h[0]>>1&3 == repeated {
		n = 1
	}
	if last := h[0]&1 != 0; last {
		z.inside = false
		n += z.sum
	}
	return 3 + n, nil
}

const (
	lz4Magic  = "\x04\x22\x4d\x18"
	lz4Legacy = "\x02\x21\x4c\x18"
)

// lz4Frames walks the frames of the LZ4 frame format 1.6.4.
type lz4Frames struct {
	inside, legacy  bool
	sum, contentSum int64 // octets of checksums behind each block, and behind the last
}

func (z *lz4Frames) piece(br *bufio.Reader) (int64, error) {
	if z.inside {
		return z.block(br)
	}
	if more, err := another(br, lz4Magic, lz4Legacy, skippable); !more {
		return 0, err
	}
	h, err := header(br, 8)
	if err != nil {
		return 0, err
	}
	switch string(h[:4]) {
	case lz4Legacy:
		z.inside, z.legacy = true, true
		return 4, nil
	case lz4Magic:
	default: // skippable
		return 8 + int64(binary.LittleEndian.Uint32(h[4:])), nil
	}
	const dictionary, contentSum, size, sum = 0x01, 0x04, 0x08, 0x10
	flags := int64(h[4])
	z.inside, z.legacy, z.sum, z.contentSum = true, false, flags&sum>>2, flags&contentSum
	return 7 + flags&size + flags&dictionary<<2, nil
}

func (z *lz4Frames) block(br *bufio.Reader) (int64, error) {
	if z.legacy {
		return z.legacyBlock(br)
	}
	h, err := header(br, 4)
	if err != nil {
		return 0, err
	}
	const uncompressed = 1 << 31
	n := int64(binary.LittleEndian.Uint32(h))
	if n == 0 {
		z.inside = false
		return 4 + z.contentSum, nil
	}
	return 4 + n&^uncompressed + z.sum, nil
}

// legacyBlock walks a frame that has no end but that of the file, perhaps with its size
// behind it, as Linux has it.
func (z *lz4Frames) legacyBlock(br *bufio.Reader) (int64, error) {
	h, err := br.Peek(5)
	switch {
	case len(h) == 0 || string(h) == "\x00\x00\x00\x00\x00"[:len(h)]:
		z.inside = false
		return 0, nil
	case len(h) < 4:
		return 0, cutOr(err)
	case len(h) == 4 || string(h[:4]) == lz4Legacy:
		return 4, nil
	}
	return 4 + int64(binary.LittleEndian.Uint32(h)), nil
}

// tail remembers the last octets that were read through it.
type tail struct {
	r    io.Reader
	last []byte
}

const tailOctets = 16

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.last = append(t.last, p[max(0, n-tailOctets):n]...)
	if over := len(t.last) - tailOctets; over > 0 {
		t.last = append(t.last[:0], t.last[over:]...)
	}
	return n, err
}
