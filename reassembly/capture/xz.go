package capture

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"math"
	"slices"

	"github.com/ulikunitz/xz/lzma"
)

// The xz container, after "The .xz File Format" 1.2.1 (section numbers below).
// We walk it ourselves and leave LZMA2 to the library, whose own container
// reader makes a dictionary as large as any header asks for: up to 4 GiB.

const (
	xzMagic  = "\xfd7zXZ\x00"
	xzLZMA2  = 0x21 // filter ID (5.3.1)
	xzFooter = "YZ"
)

var crc64Table = crc64.MakeTable(crc64.ECMA)

// xzReader undoes xz: streams of blocks of LZMA2.
type xzReader struct {
	in     countingReader
	check  byte // type of the check behind each block (2.1.1.2)
	blocks uint64
	sizes  hash.Hash // over the sizes of the stream's blocks, as the index must tell them
	block  io.Reader // nil between blocks
	at     int64     // in.n at the start of the block
	begun  int64     // in.n at the start of the block's data
	plain  int64     // octets that came out of the block
	told   [2]int64  // what its header says of its data's octets, compressed and plain; -1 for nothing
	sum    hash.Hash // nil if the check is none or of a type unknown here
	size   int64     // octets that the check takes
}

// countingReader counts the octets read, and reads single ones, as lzma wants.
type countingReader struct {
	br *bufio.Reader
	n  int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.br.Read(p)
	r.n += int64(n)
	return n, err
}

func (r *countingReader) ReadByte() (byte, error) {
	b, err := r.br.ReadByte()
	if err == nil {
		r.n++
	}
	return b, err
}

func openXZ(br *bufio.Reader) (io.Reader, error) {
	r := &xzReader{in: countingReader{br: br}}
	if err := r.streamHeader(); err != nil {
		return nil, unexpected(err)
	}
	return r, nil
}

func (r *xzReader) Read(p []byte) (int, error) {
	for {
		if r.block == nil {
			more, err := r.next()
			if err != nil {
				return 0, unexpected(err)
			}
			if !more {
				return 0, io.EOF
			}
			continue
		}
		n, err := r.block.Read(p)
		r.plain += int64(n)
		if r.sum != nil {
			r.sum.Write(p[:n])
		}
		if err == io.EOF {
			r.block = nil
			err = unexpected(r.blockEnd())
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// streamHeader reads a stream header (2.1.1).
func (r *xzReader) streamHeader() error {
	var h [12]byte
	if _, err := io.ReadFull(&r.in, h[:]); err != nil {
		return err
	}
	switch {
	case string(h[:6]) != xzMagic:
		return errBehind
	case crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]):
		return errors.New("damaged stream header")
	case h[6] != 0 || h[7] > 15:
		return fmt.Errorf("unknown stream flags % x", h[6:8])
	}
	r.check, r.blocks, r.sizes = h[7], 0, sha256.New()
	r.sum = nil
	switch r.check {
	case 1:
		r.sum = crc32.NewIEEE()
	case 4:
		r.sum = crc64.New(crc64Table)
	case 10:
		r.sum = sha256.New()
	}
	r.size = [16]int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[r.check]
	return nil
}

// next reads what stands between blocks: the next block's header, or the index
// and what follows it. It reports false at the end of the file.
func (r *xzReader) next() (more bool, err error) {
	first, err := r.in.ReadByte()
	if err != nil {
		return false, err
	}
	if first != 0 {
		return true, r.blockHeader(first)
	}
	if err := r.index(); err != nil {
		return false, err
	}
	// Stream padding (2.2): zeros, in fours.
	for {
		h, err := r.in.br.Peek(4)
		switch {
		case len(h) == 0 && err == io.EOF:
			return false, nil
		case err != nil && err != io.EOF:
			return false, err
		case string(h) == xzMagic[:len(h)]:
			return true, r.streamHeader()
		case string(h) != "\x00\x00\x00\x00":
			return false, errBehind
		}
		if _, err := r.in.br.Discard(4); err != nil {
			return false, err
		}
	}
}

// blockHeader reads a block header of which first is the first octet (3.1), and
// opens the block.
func (r *xzReader) blockHeader(first byte) error {
	r.at = r.in.n - 1
	h := make([]byte, (int(first)+1)*4)
	h[0] = first
	if _, err := io.ReadFull(&r.in, h[1:]); err != nil {
		return err
	}
	body := h[:len(h)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(h[len(h)-4:]) {
		return errDamagedHeader
	}
	flags := body[1]
	if flags&0x3f != 0 {
		return fmt.Errorf("block flags %#x: only LZMA2 without further filters is supported", flags)
	}
	f := bytes.NewReader(body[2:])
	for i, sized := range [...]byte{0x40, 0x80} { // compressed and uncompressed size
		r.told[i] = -1
		if flags&sized != 0 {
			v, err := binary.ReadUvarint(f)
			if err != nil || v > math.MaxInt64 {
				return errDamagedHeader
			}
			r.told[i] = int64(v)
		}
	}
	var filter [3]byte // ID, size of properties, properties
	if _, err := io.ReadFull(f, filter[:]); err != nil || filter[0] != xzLZMA2 || filter[1] != 1 {
		return fmt.Errorf("filter %#x is not supported, only LZMA2", filter[0])
	}
	if rest := body[len(body)-f.Len():]; !isZero(rest) {
		return errDamagedHeader
	}
	size, err := lzma.DecodeDictCap(filter[2])
	if err != nil {
		return err
	}
	if size > maxWindow {
		return fmt.Errorf("dictionary of %d octets, more than %d", size, maxWindow)
	}
	r.begun, r.plain = r.in.n, 0
	r.blocks++
	r.block, err = lzma.Reader2Config{DictCap: int(size)}.NewReader2(&r.in)
	return err
}

var errDamagedHeader = errors.New("damaged block header")

func isZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// blockEnd reads the padding and the check behind a block's data (3.3, 3.4).
func (r *xzReader) blockEnd() error {
	packed := r.in.n - r.begun
	b := make([]byte, -packed&3+r.size)
	if _, err := io.ReadFull(&r.in, b); err != nil {
		return err
	}
	padding, check := b[:-packed&3], b[-packed&3:]
	if r.told[0] >= 0 && r.told[0] != packed || r.told[1] >= 0 && r.told[1] != r.plain {
		return errors.New("a block is not as long as its header says")
	}
	r.noteSizes(uint64(r.in.n-r.at)-uint64(len(padding)), uint64(r.plain))
	if !isZero(padding) {
		return errors.New("damaged padding behind a block")
	}
	if r.sum == nil {
		return nil
	}
	want := r.sum.Sum(nil)
	if r.check != 10 { // hash.Hash is big-endian, xz little-endian
		slices.Reverse(want)
	}
	r.sum.Reset()
	if !bytes.Equal(want, check) {
		return errors.New("checksum error")
	}
	return nil
}

// noteSizes takes in the sizes of a block that the index tells again: its octets without
// padding, and what came out of it.
func (r *xzReader) noteSizes(block, plain uint64) {
	b := binary.LittleEndian.AppendUint64(nil, block)
	r.sizes.Write(binary.LittleEndian.AppendUint64(b, plain))
}

// index reads the index, of which the first octet was read (4), and the stream
// footer (2.1.2), and compares both with what came before.
func (r *xzReader) index() error {
	sum := crc32.NewIEEE()
	sum.Write([]byte{0})
	begun := r.in.n - 1
	in := &summingReader{in: &r.in, sum: sum}
	count, err := binary.ReadUvarint(in)
	if err != nil {
		return err
	}
	if count != r.blocks {
		return fmt.Errorf("index of %d blocks, but there were %d", count, r.blocks)
	}
	sizes := r.sizes.Sum(nil)
	r.sizes.Reset()
	for range count {
		block, err := binary.ReadUvarint(in)
		if err != nil {
			return err
		}
		plain, err := binary.ReadUvarint(in)
		if err != nil {
			return err
		}
		r.noteSizes(block, plain)
	}
	for (r.in.n-begun)%4 != 0 {
		if b, err := in.ReadByte(); err != nil {
			return err
		} else if b != 0 {
			return errDamagedIndex
		}
	}
	size := r.in.n - begun + 4 // with its CRC32
	var tail [16]byte          // CRC32 of the index; footer: CRC32, backward size, flags, magic
	if _, err := io.ReadFull(&r.in, tail[:]); err != nil {
		return err
	}
	switch {
	case binary.LittleEndian.Uint32(tail[:]) != sum.Sum32(), !bytes.Equal(sizes, r.sizes.Sum(nil)):
		return errDamagedIndex
	case binary.LittleEndian.Uint32(tail[4:]) != crc32.ChecksumIEEE(tail[8:14]) || string(tail[14:]) != xzFooter,
		int64(binary.LittleEndian.Uint32(tail[8:]))*4+4 != size, tail[12] != 0 || tail[13] != r.check:
		return errors.New("damaged stream footer")
	}
	return nil
}

// endsXZ looks for a stream footer (2.1.2).
func endsXZ(last []byte) bool {
	const octets = 12
	if len(last) < octets {
		return false
	}
	b := last[len(last)-octets:]
	return string(b[10:]) == xzFooter && binary.LittleEndian.Uint32(b) == crc32.ChecksumIEEE(b[4:10])
}

var errDamagedIndex = errors.New("damaged index")

// summingReader reads single octets and adds them to a checksum.
type summingReader struct {
	in  *countingReader
	sum hash.Hash32
}

func (r *summingReader) ReadByte() (byte, error) {
	b, err := r.in.ReadByte()
	if err == nil {
		r.sum.Write([]byte{b})
	}
	return b, err
}
