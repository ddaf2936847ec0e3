package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

func bzip2Sample(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/sample.pcap.bz2")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// corrupt checks that b gives n packets and then an error that says so.
func corrupt(t *testing.T, b []byte, n int, offset int64, say string) {
	t.Helper()
	var packets []got
	var err error
	if grown := allocated(func() { packets, _, err = readAll(t, b) }); grown > 8<<20 {
		t.Errorf("%d octets were allocated", grown)
	}
	if err == nil || errors.Is(err, ErrCutShort) || !strings.Contains(err.Error(), say) {
		t.Errorf("error %v, want %q", err, say)
	}
	var re *ReadError
	if errors.As(err, &re) && (re.Packet != n+1 || re.Offset != offset) || len(packets) != n {
		t.Errorf("%d packets, error %v; want %d and offset %d", len(packets), err, n, offset)
	}
}

// allocated returns how many octets f allocated.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestCorruptPcap(t *testing.T) {
	o := orders["big"]
	b := pcapBytes(o, magicMicros, 96, 1, sample...)
	o.PutUint32(b[24+28+8:], maxCaptured+1)
	corrupt(t, b, 1, 24+28, "262145 captured octets")
	o.PutUint32(b[24+28+8:], math.MaxUint32)
	corrupt(t, b, 1, 24+28, "4294967295 captured octets")
	o.PutUint16(b[4:], 7)
	corrupt(t, b, 0, 0, "version 7.4")
}

// Before version 2.3 of pcap the length of the packet stands first, in 2.3 in either place.
func TestOldVersionsOfPcap(t *testing.T) {
	for name, o := range orders {
		for _, c := range []struct {
			major, minor uint16
			swap         bool
		}{{2, 0, true}, {2, 1, true}, {2, 2, true}, {2, 3, true}, {2, 3, false}, {2, 4, false}, {543, 0, true}} {
			b := pcapBytes(o, magicMicros, 96, 1, record{sec: 7, data: "captured", length: 900}, sample[0])
			want, _, err := readAll(t, b)
			if err != nil {
				t.Fatal(err)
			}
			o.PutUint16(b[4:], c.major)
			o.PutUint16(b[6:], c.minor)
			if c.swap {
				o.PutUint32(b[24+8:], 900)
				o.PutUint32(b[24+12:], 8)
			}
			packets, _, err := readAll(t, b)
			if err != nil || !slices.EqualFunc(packets, want, same) || packets[0].Length != 900 || packets[0].data != "captured" {
				t.Errorf("%s, version %d.%d, swapped %v: %+v, %v", name, c.major, c.minor, c.swap, packets, err)
			}
		}
		b := pcapBytes(o, magicMicros, 96, 1, sample...)
		o.PutUint16(b[6:], 5)
		corrupt(t, b, 0, 0, "version 2.5")
	}
}

func TestPcapOddButSound(t *testing.T) {
	o := orders["little"]
	b := pcapBytes(o, magicMicros, 8, 0x14000000|276, record{sec: 1, data: strings.Repeat("x", maxCaptured)}, sample[0])
	o.PutUint32(b[len(b)-16:], 3) // less on the wire than captured
	packets, info, err := readAll(t, b)
	if err != nil || len(packets) != 2 || len(packets[0].data) != maxCaptured {
		t.Fatal(err, len(packets))
	}
	if p := packets[1]; p.data != sample[0].data || p.Length != len(sample[0].data) {
		t.Errorf("%+v", p)
	}
	if info.Links[0] != 276 || packets[1].Link != 276 {
		t.Error("link type", info.Links)
	}
}

func TestCorruptPcapng(t *testing.T) {
	for name, o := range orders {
		head := (&ng{order: o}).section().iface(1, 0).packet(0, 1, "fine", 4).b
		at := int64(len(head))
		for say, spoil := range map[string]func(*ng){
			"4294967280 octets long":   func(n *ng) { n.packet(0, 1, "bad", 3); n.PutUint32(n.b[at+4:], math.MaxUint32-15) },
			"be 8 octets long":         func(n *ng) { n.packet(0, 1, "bad", 3); n.PutUint32(n.b[at+4:], 8) },
			"block of only 16":         func(n *ng) { n.block(blockEnhanced, make([]byte, 4)) },
			"block of only 12":         func(n *ng) { n.block(blockSimple, nil) },
			"(type 0x1) of only 16":    func(n *ng) { n.block(blockInterface, make([]byte, 4)) },
			"36 before":                func(n *ng) { n.packet(0, 1, "bad", 3); n.PutUint32(n.b[len(n.b)-4:], 40) },
			"interface 1":              func(n *ng) { n.packet(1, 1, "bad", 3) },
			"interface 4294967295":     func(n *ng) { n.packet(math.MaxUint32, 1, "bad", 3) },
			"interface 2,":             func(n *ng) { n.obsolete(2, 0, 1, "bad", 3) },
			"5 captured octets":        func(n *ng) { n.packet(0, 1, "bad", 3); n.PutUint32(n.b[at+20:], 5) },
			"4294967295 captured":      func(n *ng) { n.packet(0, 1, "bad", 3); n.PutUint32(n.b[at+20:], math.MaxUint32) },
			"9 captured octets":        func(n *ng) { n.simple("bad", 9) },
			"longer than its block":    func(n *ng) { n.iface(1, 0, option{2, []byte("eth0")}); n.PutUint16(n.b[at+18:], 99) },
			"magic 01 02 03 04":        func(n *ng) { n.section(); copy(n.b[at+8:], "\x01\x02\x03\x04") },
			"version 2.0":              func(n *ng) { n.section(); n.PutUint16(n.b[at+12:], 2) },
			"interface 0, of which":    func(n *ng) { n.section(); at += 28; n.packet(0, 1, "bad", 3) },
			"statistics, no, type 0x5": func(n *ng) {},
		} {
			if strings.HasPrefix(say, "statistics") {
				say, spoil = "(type 0x5) of only 12", func(n *ng) { n.block(blockStatistics, nil) }
			}
			at = int64(len(head))
			n := &ng{order: o, b: bytes.Clone(head)}
			spoil(n)
			t.Run(name+" "+say, func(t *testing.T) { corrupt(t, n.b, 1, at, say) })
		}
	}
}

// The file of pull request 1235 of gopacket: 80 octets that ask for 4 GB, as a
// snaplen, a captured length, or an option.
func TestSmallFileAsksForMuch(t *testing.T) {
	o := orders["little"]
	n := &ng{order: o}
	n.section().iface(1, math.MaxUint32).packet(0, 1, "tiny", 4)
	var err error
	grown := allocated(func() { _, _, err = readAll(t, n.b) })
	if err != nil || grown > 4<<20 {
		t.Errorf("snaplen of 4 GB: %d octets allocated, %v", grown, err)
	}
	o.PutUint32(n.b[28+20+20:], math.MaxUint32-31)
	o.PutUint32(n.b[28+20+4:], math.MaxUint32-3)
	grown = allocated(func() { _, _, err = readAll(t, n.b) })
	if err == nil || grown > 4<<20 {
		t.Errorf("packet of 4 GB: %d octets allocated, %v", grown, err)
	}
}

func TestTooManyInterfaces(t *testing.T) {
	n := &ng{order: orders["big"]}
	n.section()
	for range maxInterfaces + 1 {
		n.iface(1, 0)
	}
	if _, _, err := readAll(t, n.b); err == nil {
		t.Error("no error")
	}
}

// peak returns how far the heap in use grew while f ran.
func peak(f func()) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapInuse, m.HeapInuse
	done := make(chan struct{})
	go func() { f(); close(done) }()
	for {
		select {
		case <-done:
			return most - before
		case <-time.After(2 * time.Millisecond):
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}
}

// A bomb costs time, not memory: 128 MB of one packet after the other.
func TestBomb(t *testing.T) {
	const packets = 2048
	one := pcapBytes(orders["little"], magicMicros, 0, 1, record{data: strings.Repeat("\x00", 64<<10)})
	for codec, compress := range compressors {
		count := packets
		if codec == "xz" { // ten times slower
			count /= 8
		}
		b := compress(append(one[:24:24], bytes.Repeat(one[24:], count)...))
		var n int
		grown := peak(func() {
			r := must(Open("-", bytes.NewReader(b)))
			defer r.Close()
			var p Packet
			for r.Next(&p) == nil {
				n++
			}
		})
		if n != count || grown > 48<<20 {
			t.Errorf("%s: %d packets, %d MB more heap", codec, n, grown>>20)
		}
	}
}

// Dictionaries and windows larger than maxWindow are refused before they are
// made.
func TestWindowsAreBounded(t *testing.T) {
	plain := pcapBytes(orders["little"], magicMicros, 0, 1, sample...)
	file := compressors["xz"](plain)
	header := file[12 : 12+(int(file[12])+1)*4]
	i := bytes.Index(header, []byte{xzLZMA2, 1})
	header[i+2] = 40 // 4 GiB - 1
	for j := i + 3; j < len(header)-4; j++ {
		header[j] = 0
	}
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
	// A second stream, so that looking at the first alone does not help.
	for _, b := range [][]byte{file, append(compressors["xz"](plain[:50]), file...)} {
		var err error
		grown := allocated(func() { _, _, err = readAll(t, b) })
		if err == nil || !strings.Contains(err.Error(), "dictionary of 4294967295") || grown > 64<<20 {
			t.Errorf("xz: %v, %d MB", err, grown>>20)
		}
	}
	// A zstd frame with a window of 2 GiB (RFC 8878 §3.1.1.1.2), and a raw block.
	frame := append([]byte("\x28\xb5\x2f\xfd\x00"), 21<<3)
	frame = append(frame, byte(len(plain)<<3|1), byte(len(plain)>>5), 0)
	frame = append(frame, plain...)
	var err error
	grown := allocated(func() { _, _, err = readAll(t, frame) })
	if err == nil || errors.Is(err, ErrCutShort) || grown > 64<<20 {
		t.Errorf("zstd: %v, %d MB", err, grown>>20)
	}
}

// Damage within a compressed stream is corruption, and no cut.
func TestCorruptCompressed(t *testing.T) {
	plain := samples()["pcapng big"]
	for codec, compress := range compressors {
		b := compress(plain)
		for i := 20; i < len(b); i++ {
			spoilt := bytes.Clone(b)
			spoilt[i] ^= 0x55
			packets, _, err := readAll(t, spoilt)
			if len(packets) > 3 {
				t.Errorf("%s damaged at %d: %d packets, %v", codec, i, len(packets), err)
			}
		}
	}
	b := compressors["gzip"](plain)
	b[len(b)-6] ^= 1 // the checksum
	_, _, err := readAll(t, b)
	if !errors.Is(err, gzip.ErrChecksum) || errors.Is(err, ErrCutShort) {
		t.Error(err)
	}
}

// Close ends the goroutines that read ahead, also in the middle.
func TestCloseStopsReadingAhead(t *testing.T) {
	plain := pcapBytes(orders["little"], magicMicros, 0, 1)
	for i := range 30_000 {
		plain = append(plain, pcapBytes(orders["little"], magicMicros, 0, 1, record{data: noise(i, 60)})[24:]...)
	}
	before := runtime.NumGoroutine()
	for codec, compress := range compressors {
		path := t.TempDir() + "/a"
		if err := os.WriteFile(path, compress(plain), 0o600); err != nil {
			t.Fatal(err)
		}
		r := must(Open(path, nil))
		if err := r.Next(new(Packet)); err != nil {
			t.Fatal(codec, err)
		}
		if err := r.Close(); err != nil {
			t.Error(codec, err)
		}
		if err := r.Next(new(Packet)); !errors.Is(err, os.ErrClosed) {
			t.Error(codec, err)
		}
		r = must(Open("-", bytes.NewReader(compress(plain))))
		if err := r.Close(); err != nil {
			t.Error(codec, err)
		}
	}
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// A source that fails is told as it failed.
func TestReadFails(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, b := range samples() {
		for n := range len(b) {
			r, err := Open("-", io.MultiReader(bytes.NewReader(b[:n]), failing{broken}))
			if err == nil {
				var p Packet
				for err == nil {
					err = r.Next(&p)
				}
				r.Close()
			}
			if !errors.Is(err, broken) {
				t.Fatal(fmt.Sprint(name, " broken at ", n, ": ", err))
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
