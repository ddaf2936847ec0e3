package damage

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Whole reports whether a file is what it seems to be from its first octet to its last,
// and how many packets it holds then: where it is not, whoever reads it has to say so. It
// is another reading than that of package capture, and knows less: known is false where it
// cannot tell.
func Whole(b []byte) (packets int, whole, known bool) {
	for range 4 {
		plain, packed, err := undo(b)
		switch {
		case err != nil:
			return 0, false, packed
		case !packed:
			return count(b)
		}
		b = plain
	}
	return 0, false, false
}

// undo decompresses one layer as the libraries' own readers do.
func undo(b []byte) (plain []byte, packed bool, err error) {
	in := bytes.TrimRight(b, "\x00")
	in = b[:min(len(b), len(in)+8)] // an end may itself be zeros
	var r io.Reader
	switch {
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		r, err = gzip.NewReader(bytes.NewReader(in))
	case bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")):
		var z *zstd.Decoder
		if z, err = zstd.NewReader(bytes.NewReader(in), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20)); err == nil {
			defer z.Close()
			r = z
		}
	case bytes.HasPrefix(b, []byte("\x04\x22\x4d\x18")):
		r = lz4.NewReader(bytes.NewReader(in))
	case bytes.HasPrefix(b, []byte("\xfd7zXZ\x00")):
		return nil, false, errUnknown // the library makes any dictionary that is asked for
	case bytes.HasPrefix(b, []byte("BZh")):
		r = bzip2.NewReader(bytes.NewReader(in))
	default:
		return b, false, nil
	}
	if err != nil {
		return nil, true, err
	}
	plain, err = io.ReadAll(io.LimitReader(r, 64<<20))
	return plain, true, err
}

var errUnknown = errors.New("not told here")

// count walks the records of a pcap file of version 2.4 and the blocks of pcapng.
func count(b []byte) (packets int, whole, known bool) {
	if len(b) < 24 {
		return 0, false, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch binary.LittleEndian.Uint32(b) {
	case 0xa1b2c3d4, 0xa1b23c4d:
	case 0xd4c3b2a1, 0x4d3cb2a1:
		order = binary.BigEndian
	case 0x0a0d0d0a:
		return countBlocks(b)
	default:
		return 0, false, false
	}
	if order.Uint16(b[4:]) != 2 || order.Uint16(b[6:]) != 4 {
		return 0, false, false
	}
	for at := 24; at < len(b); packets++ {
		if len(b)-at < 16 {
			return packets, false, true
		}
		n := order.Uint32(b[at+8:])
		if at += 16; n > 262144 || int(n) > len(b)-at {
			return packets, false, true
		}
		at += int(n)
	}
	return packets, true, true
}

// countBlocks counts what Wireshark numbers. What stands within blocks it does not check.
func countBlocks(b []byte) (packets int, whole, known bool) {
	var order binary.ByteOrder = binary.LittleEndian
	for at := 0; at < len(b); {
		if len(b)-at < 12 {
			return packets, false, true
		}
		if binary.LittleEndian.Uint32(b[at:]) == 0x0a0d0d0a {
			order = binary.LittleEndian
			if b[at+8] == 0x1a {
				order = binary.BigEndian
			}
		}
		n := (int64(order.Uint32(b[at+4:])) + 3) &^ 3
		if n < 12 || n > int64(len(b)-at) || order.Uint32(b[at+int(n)-4:]) != order.Uint32(b[at+4:]) {
			return packets, false, true
		}
		switch order.Uint32(b[at:]) {
		case 2, 3, 6, 9, 0x204, 0x216, 0x221, 0x0bad, 0x40000bad:
			packets++
		}
		at += int(n)
	}
	return packets, true, true
}
