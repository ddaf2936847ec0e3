package cli

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// thin writes a capture without some of its packets, and returns the new number of each
// that is left. The captures are little-endian pcap.
func thin(t *testing.T, from, to string, share float64, r *rand.Rand) map[int]int {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	const fileHeader, recordHeader = 24, 16
	out, left := bytes.Clone(b[:fileHeader]), map[int]int{}
	b = b[fileHeader:]
	for n := 1; len(b) > 0; n++ {
		size := recordHeader + binary.LittleEndian.Uint32(b[8:])
		if r.Float64() >= share {
			left[n] = len(left) + 1
			out = append(out, b[:size]...)
		}
		b = b[size:]
	}
	if err := os.WriteFile(to, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return left
}

// thin takes from the truth what captures lack that hold only some of the packets. What
// arrived and is in one of them was not captured by the other.
func (p *pairTruth) thin(a, b map[int]int) {
	var segments []bridgeSegment
	for _, s := range p.Segments {
		s.frames = pairFrames{a[s.frames.a], b[s.frames.b]}
		if s.fate == "delivered" && (s.frames.a == 0 || s.frames.b == 0) {
			s.fate = "not-captured"
		}
		segments = append(segments, s)
	}
	p.Segments = segments
}

// Captures that lack a tenth of their packets do not make pair call forged what was sent, and
// hardly ever lost what arrived: it says that it does not know.
func TestPairOfCapturesThatLackPackets(t *testing.T) {
	files := pairScenarios(t)
	var all score
	for i, file := range files {
		var truth pairTruth
		readTruth(t, file, &truth)
		if edited(&truth.A) || edited(&truth.B) {
			continue
		}
		r := rand.New(rand.NewPCG(1, uint64(i)))
		tmp := t.TempDir()
		var left [2]map[int]int
		for c, capture := range []*bridgeCapture{&truth.A, &truth.B} {
			left[c] = thin(t, capture.path(), filepath.Join(tmp, string("ab"[c])), 0.1, r)
		}
		truth.thin(left[0], left[1])
		out := pairLines(t, "--segments", filepath.Join(tmp, "a"), filepath.Join(tmp, "b"))
		one := truth.fates(t, out)
		all.segments += one.segments
		all.right += one.right
		all.paired += one.paired
		all.forged += one.forged
		all.lost += one.lost
	}
	t.Logf("%+v", all)
	if all.segments < 5000 {
		t.Errorf("only %d segments: not much of a test", all.segments)
	}
	if all.forged*2000 > all.segments || all.lost*250 > all.segments || all.right*100 < all.segments*95 || all.paired*1000 < all.segments*995 {
		t.Errorf("%+v: too much is wrong", all)
	}
}

// edited reports whether a capture lacks packets already, or is none that thin reads.
func edited(c *bridgeCapture) bool {
	return strings.HasSuffix(c.File, "ng") || slices.ContainsFunc(c.Edits, func(e string) bool {
		return strings.Contains(e, "lacks") || strings.Contains(e, "begins") || strings.Contains(e, "ends")
	})
}
