package main

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"finwait/reassembly/capture"
	"finwait/reassembly/traffic"
)

var (
	large = flag.Int("large", 0, "also compare made-up traffic of so many connections, cut into ten captures")
	of    = flag.String("capture", "", "also compare the first 200,000 packets of this capture, cut into ten")
)

// joined compares captures that are joined with what finwait says of them.
func joined(t *testing.T, files ...string) {
	t.Helper()
	prefix := analyze(t, Settings{Join: true}, files...)
	equal(t, prefix, files...)
}

func equal(t *testing.T, prefix string, files ...string) {
	t.Helper()
	same(t, "records", sorted(written(t, prefix+"-*.jsonl")), sorted(want(t, append([]string{"flows", "--join", "--format", "jsonl"}, files...)...)))
	same(t, "report", written(t, prefix+".report.json"), want(t, append([]string{"report", "--join", "--format", "json"}, files...)...))
}

// TestJoined: all recordings as one, in any order. Many of them overlap.
func TestJoined(t *testing.T) {
	files := recordings(t)
	joined(t, files...)
	shuffle(files)
	joined(t, files...)
}

func shuffle(files []string) {
	rand.New(rand.NewPCG(1, 9)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
}

// TestJoinedAmidDamage: what cannot be read stops nothing, and is told with its name.
func TestJoinedAmidDamage(t *testing.T) {
	files := amid(t, cut(t, "../../testdata/real/go-timeout.pcap", 6, 0))
	prefix := analyze(t, Settings{Join: true}, files...)
	equal(t, prefix, files...)
	allTold(t, prefix)
}

// TestHotKeys: of what is too much to hold of one 4-tuple, packets are in a file and frames
// that nobody can name any more are forgotten; nothing else changes.
func TestHotKeys(t *testing.T) {
	held, least := heldChunks, minKnown
	defer func() { heldChunks, minKnown = held, least }()
	heldChunks, minKnown = 100, 3
	s := traffic.Mix(60)
	s.Tuples = 3
	joined(t, cut(t, madeUp(t, s), 6, 0)...)
	joined(t, cut(t, "../../testdata/real/go-timeout.pcap", 7, 0)...)
}

// TestFramesBeyond32Bits begins where more frames came before than 32 bits can count.
func TestFramesBeyond32Bits(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("an int holds no such frame here")
	}
	const before = 1<<33 - 100 // so that frames are also around a multiple of 2^32
	files := cut(t, "../../testdata/real/go-timeout.pcap", 5, 0)
	prefix := analyze(t, Settings{Join: true, Before: before}, files...)
	number := regexp.MustCompile(`\b[0-9]{10}\b`)
	shifted := 0
	back := func(text []byte) []byte {
		return number.ReplaceAllFunc(text, func(s []byte) []byte {
			n, err := strconv.ParseInt(string(s), 10, 64)
			if err != nil || n <= before || n > before+1e6 {
				return s
			}
			shifted++
			return strconv.AppendInt(nil, n-before, 10)
		})
	}
	same(t, "records", sorted(back(written(t, prefix+"-*.jsonl"))), sorted(want(t, append([]string{"flows", "--join", "--format", "jsonl"}, files...)...)))
	same(t, "report", back(written(t, prefix+".report.json")), want(t, append([]string{"report", "--join", "--format", "json"}, files...)...))
	if shifted < 300 {
		t.Errorf("%d frames were beyond 32 bits", shifted)
	}
}

// TestCut: captures cut into pieces, as tcpdump -C cuts them, given in any order.
func TestCut(t *testing.T) {
	for _, name := range []string{"go-timeout.pcap", "go-timeout-partial.pcap", "fin-wait-2-late-fin.pcap", "close-wait-leak.pcap", "any-device.pcap"} {
		t.Run(name, func(t *testing.T) {
			joined(t, cut(t, "../../testdata/real/"+name, 4, 0)...)
		})
	}
	for _, connections := range []int{300, *large} {
		if connections > 0 {
			t.Run(fmt.Sprintf("%d connections", connections), func(t *testing.T) {
				s := traffic.Mix(connections)
				s.Tuples = connections / 3
				joined(t, cut(t, madeUp(t, s), 10, 0)...)
			})
		}
	}
	if *of != "" {
		t.Run(*of, func(t *testing.T) { joined(t, cut(t, *of, 10, 200_000)...) })
	}
}

// madeUp writes a capture of made-up traffic.
func madeUp(t *testing.T, s *traffic.Shape) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "whole.pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	if err := traffic.Write(w, s.Packets(7)); err != nil {
		t.Fatal(err)
	}
	if w.Flush() != nil || f.Close() != nil {
		t.Fatal("the capture could not be written")
	}
	return path
}

// cut cuts the first packets of a capture, or all, into pieces, and returns them in no
// order.
func cut(t *testing.T, path string, pieces, most int) (files []string) {
	t.Helper()
	packets := 0
	eachPacket(t, path, func(*capture.Packet) { packets++ })
	if most > 0 {
		packets = min(packets, most)
	}
	dir, n := t.TempDir(), 0
	var w *capture.Writer
	var buffered *bufio.Writer
	var file *os.File
	end := func() {
		if file != nil && (buffered.Flush() != nil || file.Close() != nil || w.Err() != nil) {
			t.Fatal("a piece could not be written")
		}
	}
	eachPacket(t, path, func(p *capture.Packet) {
		if n >= packets {
			return
		}
		if piece := n * pieces / packets; piece == len(files) {
			end()
			files = append(files, filepath.Join(dir, fmt.Sprintf("piece%02d.pcap", piece)))
			var err error
			if file, err = os.Create(files[piece]); err != nil {
				t.Fatal(err)
			}
			buffered = bufio.NewWriter(file)
			w = capture.NewWriter(buffered, p.Link)
		}
		if err := w.Write(p); err != nil {
			t.Fatal(err)
		}
		n++
	})
	end()
	if len(files) < 2 {
		t.Fatalf("%s has too few packets: %d", path, packets)
	}
	shuffle(files)
	return slices.Clone(files)
}

func eachPacket(t *testing.T, path string, visit func(*capture.Packet)) {
	t.Helper()
	r, err := capture.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var p capture.Packet
	for r.Next(&p) == nil { // the recordings are whole
		visit(&p)
	}
}
