package cli

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// damage returns b damaged in one to three ways, perhaps compressed before or
// after, and says how.
func damage(r *rand.Rand, b []byte) (damaged []byte, how string) {
	b = bytes.Clone(b)
	squeeze := -1
	if r.IntN(3) == 0 {
		squeeze = r.IntN(len(squeezers))
	}
	spoil := func() {
		for range 1 + r.IntN(3) {
			d := damages[r.IntN(len(damages))]
			b = d.do(r, b)
			how += d.name + " "
		}
	}
	if squeeze < 0 || r.IntN(2) == 0 {
		spoil()
	}
	if squeeze >= 0 {
		b = squeezers[squeeze].do(b)
		how += squeezers[squeeze].name + " "
		if r.IntN(2) == 0 {
			spoil()
		}
	}
	return b, strings.TrimSpace(how)
}

// squeezers are the compressions that can be written here.
var squeezers = []struct {
	name string
	do   func([]byte) []byte
}{
	{"gzip", squeeze(func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })},
	{"lz4", squeeze(func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil })},
	{"xz", squeeze(func(w io.Writer) (io.WriteCloser, error) { return xz.WriterConfig{DictCap: 1 << 16}.NewWriter(w) })},
	{"zstd", squeeze(func(w io.Writer) (io.WriteCloser, error) {
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<16))
	})},
}

func squeeze(open func(io.Writer) (io.WriteCloser, error)) func([]byte) []byte {
	return func(b []byte) []byte {
		var out bytes.Buffer
		w, err := open(&out)
		if err == nil {
			_, err = w.Write(b)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			panic(err) // a bytes.Buffer takes everything
		}
		return out.Bytes()
	}
}

// damages are the ways to spoil a file. They work on any octets, and may write
// to them.
var damages = []struct {
	name string
	do   func(*rand.Rand, []byte) []byte
}{
	{"flip", func(r *rand.Rand, b []byte) []byte {
		for range 1 + r.IntN(16) {
			if i := within(r, b); i >= 0 {
				b[i] ^= 1 << r.IntN(8)
			}
		}
		return b
	}},
	{"head", func(r *rand.Rand, b []byte) []byte {
		if i := within(r, b[:min(len(b), 64)]); i >= 0 {
			b[i] = byte(r.Uint32())
		}
		return b
	}},
	{"cut", func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b)+1)] }},
	{"insert", func(r *rand.Rand, b []byte) []byte {
		junk := make([]byte, r.IntN(64))
		fill := byte(r.Uint32())
		for i := range junk {
			junk[i] = fill
			if fill&1 != 0 {
				junk[i] = byte(r.Uint32())
			}
		}
		return splice(b, r.IntN(len(b)+1), 0, junk)
	}},
	{"delete", func(r *rand.Rand, b []byte) []byte {
		at := r.IntN(len(b) + 1)
		return splice(b, at, min(r.IntN(64), len(b)-at), nil)
	}},
	{"repeat", func(r *rand.Rand, b []byte) []byte {
		at := r.IntN(len(b) + 1)
		part := bytes.Clone(b[at:min(len(b), at+r.IntN(4096))])
		return splice(b, r.IntN(len(b)+1), 0, bytes.Repeat(part, 1+r.IntN(8)))
	}},
	{"lie", func(r *rand.Rand, b []byte) []byte {
		for range 1 + r.IntN(4) {
			lie(r, b, fields(b))
		}
		return b
	}},
	{"number", func(r *rand.Rand, b []byte) []byte {
		if i := within(r, b); i >= 0 {
			lie(r, b, []field{{i, 1 << r.IntN(4)}})
		}
		return b
	}},
}

func within(r *rand.Rand, b []byte) int { return r.IntN(len(b)+1) - 1 }

func splice(b []byte, at, drop int, insert []byte) []byte {
	out := append(bytes.Clone(b[:at]), insert...)
	return append(out, b[at+drop:]...)
}

// field is a number in a file.
type field struct{ at, size int }

// lie changes one of the fields: a little, or to a limit.
func lie(r *rand.Rand, b []byte, list []field) {
	if len(list) == 0 {
		return
	}
	f := list[r.IntN(len(list))]
	if f.at+f.size > len(b) {
		return
	}
	v := [...]uint64{0, 1, 7, 20, 60, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 262144, 262145, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1<<63 - 1, 1 << 63, 1<<64 - 1}
	text := make([]byte, 8)
	binary.LittleEndian.PutUint64(text, v[r.IntN(len(v))])
	old := b[f.at : f.at+f.size]
	switch r.IntN(4) {
	case 0:
		old[0] += byte(r.IntN(9)) - 4
	case 1:
		old[f.size-1] += byte(r.IntN(9)) - 4
	case 2:
		copy(old, text)
	default:
		for i := range old {
			old[i] = text[f.size-1-i]
		}
	}
}

// fields finds the lengths, times and numbers in a capture: of its header, of the
// records, and of what may be IP and TCP headers in them.
func fields(b []byte) (list []field) {
	if len(b) < 28 {
		return nil
	}
	magic := binary.LittleEndian.Uint32(b)
	if magic == 0x0a0d0d0a {
		return blockFields(b)
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch magic {
	case 0xa1b2c3d4, 0xa1b23c4d:
	case 0xd4c3b2a1, 0x4d3cb2a1:
		order = binary.BigEndian
	default:
		return nil
	}
	list = append(list, field{16, 4}, field{20, 4})
	for at := 24; at+16 <= len(b); {
		list = append(list, field{at, 4}, field{at + 4, 4}, field{at + 8, 4}, field{at + 12, 4})
		n := int64(order.Uint32(b[at+8:]))
		if at += 16; n > int64(len(b)-at) {
			break
		}
		list = packetFields(list, b[at:at+int(n)], at)
		at += int(n)
	}
	return list
}

// blockFields are those of pcapng.
func blockFields(b []byte) (list []field) {
	var order binary.ByteOrder = binary.LittleEndian
	if b[8] == 0x1a {
		order = binary.BigEndian
	}
	for at := 0; at+12 <= len(b); {
		list = append(list, field{at, 4}, field{at + 4, 4})
		n := int64(order.Uint32(b[at+4:]))
		if n < 12 || n > int64(len(b)-at) {
			break
		}
		for i := at + 8; i < at+int(min(n, 64)); i += 4 {
			list = append(list, field{i, 4}, field{i, 2})
		}
		if order.Uint32(b[at:]) == 6 && n > 32 {
			list = packetFields(list, b[at+28:at+int(n)-4], at+28)
		}
		at += int(n)
	}
	return list
}

// packetFields adds those of what looks like IPv4 or IPv6 with TCP.
func packetFields(list []field, p []byte, at int) []field {
	for i := 0; i+40 <= len(p) && i < 64; i++ {
		tcp := 0
		switch {
		case p[i] == 0x45 && p[i+9] == 6:
			list = append(list, field{at + i, 1}, field{at + i + 2, 2}, field{at + i + 6, 2})
			tcp = i + 20
		case p[i] == 0x60 && p[i+6] == 6:
			list = append(list, field{at + i + 4, 2}, field{at + i + 6, 1})
			tcp = i + 40
		default:
			continue
		}
		list = append(list, field{at + tcp, 2}, field{at + tcp + 4, 4}, field{at + tcp + 8, 4},
			field{at + tcp + 12, 1}, field{at + tcp + 13, 1}, field{at + tcp + 14, 2})
		for o := range 6 { // options
			list = append(list, field{at + tcp + 20 + o, 1})
		}
		break
	}
	return list
}
