//go:build record

package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"finwait/reassembly/capture"
	"finwait/reassembly/traffic"
)

const million = 1_000_000

// shape is a file, or a directory of them, that can be made.
type shape struct {
	name, is string
	make     func(path string) error
}

// webConnections have some 200,000 packets.
const webConnections = 17_500

// mixConnections have some 2,000,000 packets.
const mixConnections = 75_000

var shapes = []shape{
	{"half-open.pcap", "a million connections that nobody completes, half of them answered by the server", pcap(halfOpen)},
	{"established.pcap", "a million connections, all live until the end, in no order", pcap(established)},
	{"flood.pcap", "two million SYNs from anywhere, few of them answered, reset or refused", pcap(flood)},
	{"refusals.pcap", "400,000 servers that each refuse a connection", pcap(refusals)},
	{"waits.pcap", "2 million packets of connections that are closed after waits of all lengths, at 500 servers", pcap(waits)},
	{"last-fragments.pcap", "a million last fragments of datagrams of which nothing else comes", lastFragments},
	{"jumbo.pcap", "segments as large as offloading makes them", pcap(jumbo)},
	{"elephant.pcap", "one connection of two million packets", pcap(elephant)},
	{"mix.pcap", "two million packets: bulk transfers, lossy connections, TLS, starts in mid-stream, UDP", pcap(traffic.Mix(mixConnections))},
	{"web-1x.pcap", "200,000 packets much like web.pcap", pcap(traffic.Web(webConnections))},
	{"web-10x.pcap", "ten times as many", pcap(traffic.Web(10 * webConnections))},
	{"web-30x.pcap", "thirty times as many", pcap(traffic.Web(30 * webConnections))},
	{"web-10x.pcapng", "web-10x in another format", create(traffic.WriteNg, traffic.Web(10*webConnections), plain)},
	{"web-10x.pcap.gz", "web-10x in gzip", create(traffic.Write, traffic.Web(10*webConnections), gzipped)},
	{"web-10x.pcap.zst", "web-10x in zstd", create(traffic.Write, traffic.Web(10*webConnections), zstandard)},
	{"small", "two thousand captures of a few connections each", small},
}

var halfOpen = &traffic.Shape{
	Stories:     []traffic.Story{{Share: 1, Flags: ">S"}, {Share: 1, Flags: ">S <S."}},
	Connections: million,
	Open:        64,
	Pace:        10 * time.Microsecond,
}

var established = &traffic.Shape{
	Stories:     []traffic.Story{{Share: 1, Flags: ">S <S. >. >d <d >."}},
	Connections: million,
	Open:        million,
	Request:     94,
	Response:    156,
	Pace:        10 * time.Microsecond,
}

var flood = &traffic.Shape{
	Stories: []traffic.Story{
		{Share: 90, Flags: ">S"},
		{Share: 5, Flags: ">S <S."},
		{Share: 3, Flags: ">S <S. >R"},
		{Share: 2, Flags: ">S <R."},
	},
	Connections: 2 * million,
	Open:        1024,
	Scattered:   true,
	Pace:        2 * time.Microsecond,
}

var refusals = &traffic.Shape{
	Stories:     []traffic.Story{{Share: 1, Flags: ">S <R."}},
	Connections: 400_000,
	Servers:     400_000,
	Open:        64,
	Pace:        10 * time.Microsecond,
}

// waits are of 20 s on average: each step of a connection is somebody's patience.
var waits = &traffic.Shape{
	Stories: []traffic.Story{
		{Share: 2, Flags: ">S <S. >. >d <d >. <F. >F. <."},
		{Share: 1, Flags: ">S <S. >. <F. >F. <."},
		{Share: 1, Flags: ">S <S. >. >d <d >. >F. <F. >."},
		{Share: 1, Flags: ">S <S. >. >d <. >F. <. <d >R"},
	},
	Connections: 250_000,
	Servers:     500,
	Open:        20_000,
	Request:     94,
	Response:    156,
	Pace:        2 * time.Millisecond,
}

// lastFragments writes fragments that lie as far behind the beginning of their datagrams
// as they can.
func lastFragments(path string) error {
	return write(path, traffic.Write, func(yield func(*capture.Packet) bool) {
		frame := slices.Concat([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 8, 0},
			[]byte{0x45, 0, 0, 28, 0, 0, 0x1f, 0xfd, 64, 6, 0, 0, 198, 18, 0, 1, 198, 19, 0, 1}, make([]byte, 8))
		p := capture.Packet{Link: 1, Data: frame, Length: len(frame)}
		for p.Number = 1; p.Number <= million; p.Number++ {
			frame[18], frame[19], frame[29] = byte(p.Number>>8), byte(p.Number), byte(p.Number>>16)
			p.Time += 1000
			if !yield(&p) {
				return
			}
		}
	}, plain)
}

// jumbo has the largest payload that IPv4 leaves room for, beside the headers.
var jumbo = &traffic.Shape{
	Stories:     []traffic.Story{{Share: 1, Flags: ">S <S. >. >d <. " + strings.Repeat("<d*2 >. ", 20) + ">F. <F. >."}},
	Connections: 250,
	Open:        16,
	Request:     94,
	Response:    65535 - 20 - 32,
	Pace:        50 * time.Microsecond,
}

var elephant = &traffic.Shape{
	Stories:     []traffic.Story{{Share: 1, Flags: ">S <S. >. >d <. " + strings.Repeat("<d*2 >. ", 666_664) + ">F. <F. >."}},
	Connections: 1,
	Open:        1,
	Request:     94,
	Response:    1448,
	Pace:        10 * time.Microsecond,
}

// small writes captures that cannot be told apart by their size.
func small(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range uint64(2000) {
		path := filepath.Join(dir, fmt.Sprintf("%04d.pcap", i))
		if err := write(path, traffic.Write, traffic.Web(5).Packets(*seed+i), plain); err != nil {
			return err
		}
	}
	return nil
}

// A writer is traffic.Write or traffic.WriteNg.
type writer func(io.Writer, iter.Seq[*capture.Packet]) error

// A codec compresses.
type codec func(io.Writer) (io.WriteCloser, error)

func plain(w io.Writer) (io.WriteCloser, error)     { return nopCloser{w}, nil }
func gzipped(w io.Writer) (io.WriteCloser, error)   { return gzip.NewWriter(w), nil }
func zstandard(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func pcap(s *traffic.Shape) func(string) error { return create(traffic.Write, s, plain) }

func create(to writer, s *traffic.Shape, c codec) func(string) error {
	return func(path string) error { return write(path, to, s.Packets(*seed), c) }
}

func write(path string, to writer, packets iter.Seq[*capture.Packet], c codec) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := c(f)
	if err != nil {
		return err
	}
	if err := to(w, packets); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}

// writeShapes makes the named shapes, or all.
func writeShapes(dir string, names []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		if !slices.ContainsFunc(shapes, func(s shape) bool { return s.name == name }) {
			return fmt.Errorf("no shape %q (see -h)", name)
		}
	}
	for _, s := range shapes {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		if err := s.make(filepath.Join(dir, s.name)); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Println(s.name)
	}
	return nil
}
