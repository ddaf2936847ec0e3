package damage

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// Spoil returns b damaged in one to three ways, perhaps compressed before or
// after, and says how.
func Spoil(r *rand.Rand, b []byte) (damaged []byte, how string) {
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
