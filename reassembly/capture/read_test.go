package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"finwait/reassembly/segment"
)

const base = 1_700_000_000 // seconds since 1970

// sample holds three packets, the second cut by snaplen.
var sample = []record{
	{sec: base, frac: 1, data: "first packet"},
	{sec: base, frac: 999_999, data: "second, c", length: 1500},
	{sec: base + 1, frac: 0, data: ""},
}

// ngSample is sample in pcapng, with microseconds.
func ngSample(o order) []byte {
	n := &ng{order: o}
	n.section().iface(1, 96)
	for _, r := range sample {
		n.packet(0, uint64(r.sec)*1e6+uint64(r.frac), r.data, int(r.wire()))
	}
	return n.b
}

func samples() map[string][]byte {
	files := map[string][]byte{}
	for name, o := range orders {
		files["pcap "+name] = pcapBytes(o, magicMicros, 96, 1, sample...)
		files["pcap-ns "+name] = pcapBytes(o, magicNanos, 96, 1, sample...)
		files["pcapng "+name] = ngSample(o)
	}
	return files
}

func checkSample(t *testing.T, name string, packets []got, info Info) {
	t.Helper()
	format, order, _ := strings.Cut(name, " ")
	if info.Format != format || info.BigEndian != (order == "big") || info.SnapLen != 96 ||
		!reflect.DeepEqual(info.Links, []segment.LinkType{segment.LinkEthernet}) {
		t.Errorf("info = %+v", info)
	}
	if len(packets) != len(sample) {
		t.Fatalf("%d packets", len(packets))
	}
	unit := Time(1000)
	if format == "pcap-ns" {
		unit = 1
	}
	for i, p := range packets {
		r := sample[i]
		want := Time(r.sec)*1e9 + Time(r.frac)*unit
		if p.Number != i+1 || p.Time != want || p.NoTime || p.Link != 1 || p.Interface != 0 ||
			p.Length != int(r.wire()) || p.data != r.data {
			t.Errorf("packet %d = %+v", i+1, p)
		}
	}
}

func TestFormats(t *testing.T) {
	for name, plain := range samples() {
		t.Run(name, func(t *testing.T) {
			packets, info, err := readAll(t, plain)
			if err != nil || info.Compression != "" {
				t.Fatal(err, info.Compression)
			}
			checkSample(t, name, packets, info)
		})
		for codec, compress := range compressors {
			t.Run(name+" "+codec, func(t *testing.T) {
				packets, info, err := readAll(t, compress(plain))
				if err != nil || info.Compression != codec {
					t.Fatal(err, info.Compression)
				}
				checkSample(t, name, packets, info)
			})
		}
	}
}

func TestBzip2(t *testing.T) {
	r, err := Open("testdata/sample.pcap.bz2", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := os.ReadFile("testdata/sample.pcap.bz2")
	if err != nil {
		t.Fatal(err)
	}
	if r.Size() != int64(len(b)) || r.Path() != "testdata/sample.pcap.bz2" {
		t.Error(r.Size(), r.Path())
	}
	packets, info, err := readAll(t, b)
	if err != nil || info.Compression != "bzip2" {
		t.Fatal(err, info.Compression)
	}
	checkSample(t, "pcap little", packets, info)
}

func TestCompressionNests(t *testing.T) {
	plain := samples()["pcap little"]
	gz, zst := compressors["gzip"], compressors["zstd"]
	packets, info, err := readAll(t, gz(zst(gz(plain))))
	if err != nil || info.Compression != "gzip+zstd+gzip" {
		t.Fatal(err, info.Compression)
	}
	checkSample(t, "pcap little", packets, info)
	if _, _, err := readAll(t, gz(gz(zst(gz(plain))))); err == nil {
		t.Error("four layers were undone")
	}
}

// Several members, frames and streams in a row make one file.
func TestCompressionJoined(t *testing.T) {
	plain := samples()["pcap little"]
	for codec, compress := range compressors {
		joined := append(compress(plain[:50]), compress(plain[50:])...)
		packets, info, err := readAll(t, joined)
		if err != nil {
			t.Fatal(codec, err)
		}
		checkSample(t, "pcap little", packets, info)
	}
}

// A source may return little at a time, as a pipe does.
func TestSlowSources(t *testing.T) {
	for name, plain := range samples() {
		for kind, wrap := range map[string]func(io.Reader) io.Reader{
			"one": iotest.OneByteReader, "half": iotest.HalfReader, "dataErr": iotest.DataErrReader,
		} {
			for _, b := range [][]byte{plain, compressors["gzip"](plain)} {
				r, err := Open("-", wrap(bytes.NewReader(b)))
				if err != nil {
					t.Fatal(name, kind, err)
				}
				var p Packet
				n := 0
				for err = r.Next(&p); err == nil; err = r.Next(&p) {
					n++
				}
				if n != 3 || err != io.EOF || r.Read() != int64(len(b)) {
					t.Error(name, kind, n, err, r.Read())
				}
				r.Close()
			}
		}
	}
}

func TestOffsets(t *testing.T) {
	packets, _, _ := readAll(t, samples()["pcap little"])
	for i, want := range []int64{24, 24 + 28, 24 + 28 + 25} {
		if packets[i].Offset != want {
			t.Errorf("pcap packet %d at %d, want %d", i+1, packets[i].Offset, want)
		}
	}
	n := &ng{order: orders["big"]}
	var want []int64
	packet := func() {
		want = append(want, int64(len(n.b)))
		n.packet(0, 5, "abc", 3, option{1, []byte("a comment")})
	}
	n.section().iface(1, 0).block(99, []byte("who knows"))
	packet()
	packet()
	n.statistics(0).block(98, make([]byte, 2*bufferSize)).block(97, nil)
	packet()
	n.order = orders["little"]
	n.section().iface(113, 0)
	packet()
	packets, _, err := readAll(t, n.b)
	if err != nil || len(packets) != len(want) {
		t.Fatal(err, len(packets))
	}
	for i, p := range packets {
		if p.Offset != want[i] {
			t.Errorf("pcapng packet %d at %d, want %d", i+1, p.Offset, want[i])
		}
	}
	// Thousands of gaps within one buffer.
	n = &ng{order: orders["little"]}
	n.section().iface(1, 0)
	want = want[:0]
	for range 20_000 {
		n.block(99, nil)
		packet()
	}
	packets, _, err = readAll(t, n.b)
	if err != nil || len(packets) != len(want) {
		t.Fatal(err, len(packets))
	}
	for i, p := range packets {
		if p.Offset != want[i] {
			t.Fatalf("pcapng packet %d at %d, want %d", i+1, p.Offset, want[i])
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, b := range [][]byte{
		pcapBytes(orders["big"], magicMicros, 0, 276),
		(&ng{order: orders["big"]}).section().b,
		(&ng{order: orders["little"]}).section().iface(1, 0).b,
	} {
		if packets, _, err := readAll(t, b); err != nil || len(packets) != 0 {
			t.Errorf("%x: %d packets, %v", b, len(packets), err)
		}
	}
}

func TestNotCaptures(t *testing.T) {
	for b, say := range map[string]string{
		"":                               "empty file",
		"\xd4\xc3":                       "2 octets",
		"#!/bin/sh\n":                    "23 21 2f 62",
		"\x34\xcd\xb2\xa1 modified":      "modified pcap",
		"snoop\x00\x00\x00":              "snoop",
		string(compressors["gzip"](nil)): "empty file",
		string(compressors["xz"]([]byte("a text"))): "61 20 74 65",
	} {
		_, err := Open("-", strings.NewReader(b))
		if !errors.Is(err, ErrNotCapture) || !strings.Contains(fmt.Sprint(err), say) || errors.Is(err, io.EOF) {
			t.Errorf("%q: %v", b, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Open(t.TempDir(), nil); err == nil {
		t.Error("a directory was opened")
	}
}

func TestNextAfterClose(t *testing.T) {
	r := must(Open("-", bytes.NewReader(samples()["pcapng big"])))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Next(new(Packet)); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

// same compares what the file says of two packets.
func same(a, b got) bool { return a.Time == b.Time && a.Length == b.Length && a.data == b.data }
