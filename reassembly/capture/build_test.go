package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// order is a byte order that can append.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var orders = map[string]order{"little": binary.LittleEndian, "big": binary.BigEndian}

// record is a packet to write.
type record struct {
	sec, frac uint32 // frac in units of the file
	data      string
	length    int // 0: len(data)
}

func (r record) wire() uint32 { return uint32(max(r.length, len(r.data))) }

// pcapBytes builds a pcap file; network is the whole field with its upper bits.
func pcapBytes(o order, magic, snaplen, network uint32, records ...record) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, snaplen)
	b = o.AppendUint32(b, network)
	for _, r := range records {
		b = o.AppendUint32(b, r.sec)
		b = o.AppendUint32(b, r.frac)
		b = o.AppendUint32(b, uint32(len(r.data)))
		b = o.AppendUint32(b, r.wire())
		b = append(b, r.data...)
	}
	return b
}

// ng builds a pcapng file.
type ng struct {
	order
	b []byte
}

// option is a pcapng option.
type option struct {
	code  uint16
	value []byte
}

func (n *ng) options(opts ...option) []byte {
	var b []byte
	for _, o := range opts {
		b = n.AppendUint16(b, o.code)
		b = n.AppendUint16(b, uint16(len(o.value)))
		b = append(b, o.value...)
		b = append(b, make([]byte, -len(o.value)&3)...)
	}
	if len(opts) > 0 {
		b = append(b, 0, 0, 0, 0)
	}
	return b
}

// block appends a block; the body is padded.
func (n *ng) block(typ uint32, body []byte) *ng {
	size := uint32(12 + (len(body)+3)&^3)
	n.b = n.AppendUint32(n.b, typ)
	n.b = n.AppendUint32(n.b, size)
	n.b = append(n.b, body...)
	n.b = append(n.b, make([]byte, -len(body)&3)...)
	n.b = n.AppendUint32(n.b, size)
	return n
}

func (n *ng) u64(v uint64) []byte { return n.AppendUint64(nil, v) }

func (n *ng) section(opts ...option) *ng {
	b := n.AppendUint32(nil, 0x1a2b3c4d)
	b = n.AppendUint16(b, 1)
	b = n.AppendUint16(b, 0)
	b = n.AppendUint64(b, 1<<64-1) // length not told
	return n.block(blockSection, append(b, n.options(opts...)...))
}

func (n *ng) iface(link uint16, snaplen uint32, opts ...option) *ng {
	b := n.AppendUint16(nil, link)
	b = n.AppendUint16(b, 0)
	b = n.AppendUint32(b, snaplen)
	return n.block(blockInterface, append(b, n.options(opts...)...))
}

func (n *ng) packet(iface uint32, ts uint64, data string, length int, opts ...option) *ng {
	b := n.AppendUint32(nil, iface)
	return n.rest(blockEnhanced, b, ts, data, length, opts...)
}

func (n *ng) obsolete(iface, drops uint16, ts uint64, data string, length int) *ng {
	b := n.AppendUint16(nil, iface)
	b = n.AppendUint16(b, drops)
	return n.rest(blockPacket, b, ts, data, length)
}

func (n *ng) rest(typ uint32, b []byte, ts uint64, data string, length int, opts ...option) *ng {
	b = n.AppendUint32(b, uint32(ts>>32))
	b = n.AppendUint32(b, uint32(ts))
	b = n.AppendUint32(b, uint32(len(data)))
	b = n.AppendUint32(b, uint32(length))
	b = append(b, data...)
	b = append(b, make([]byte, -len(data)&3)...)
	return n.block(typ, append(b, n.options(opts...)...))
}

func (n *ng) simple(data string, length int) *ng {
	return n.block(blockSimple, append(n.AppendUint32(nil, uint32(length)), data...))
}

func (n *ng) statistics(iface uint32, opts ...option) *ng {
	b := n.AppendUint32(nil, iface)
	b = append(b, make([]byte, 8)...)
	return n.block(blockStatistics, append(b, n.options(opts...)...))
}

// compressors are the formats that can be written here; bzip2 is a fixture.
var compressors = map[string]func([]byte) []byte{
	"gzip": func(b []byte) []byte {
		return through(b, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	},
	"zstd": func(b []byte) []byte {
		return through(b, func(w io.Writer) io.WriteCloser { return must(zstd.NewWriter(w)) })
	},
	"lz4": func(b []byte) []byte {
		return through(b, func(w io.Writer) io.WriteCloser {
			z := lz4.NewWriter(w)
			if err := z.Apply(lz4.BlockSizeOption(lz4.Block64Kb)); err != nil {
				panic(err)
			}
			return z
		})
	},
	"xz": func(b []byte) []byte {
		return through(b, func(w io.Writer) io.WriteCloser { return must(xz.WriterConfig{DictCap: 1 << 16}.NewWriter(w)) })
	},
}

func through(b []byte, open func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := open(&out)
	must(w.Write(b))
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// got is a packet with its own copy of the data.
type got struct {
	Packet
	data string
}

// readAll opens b as standard input and reads it to the end, which is returned:
// nil if it was clean.
func readAll(t testing.TB, b []byte) ([]got, Info, error) {
	t.Helper()
	r, err := Open("-", bytes.NewReader(b))
	if err != nil {
		return nil, Info{}, err
	}
	defer r.Close()
	var all []got
	var p Packet
	for {
		if err := r.Next(&p); err != nil {
			if again := r.Next(&p); again != err {
				t.Errorf("error is not sticky: %v, then %v", err, again)
			}
			info := r.Info()
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return all, info, err
		}
		all = append(all, got{Packet: p, data: string(p.Data)})
	}
}
