package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pairTruth is what the recorder's bridge knows of a pair of captures.
type pairTruth struct {
	A, B     bridgeCapture
	Offset   float64            `json:"offset_s"`
	Drift    float64            `json:"drift_ppm"`
	Delay    map[string]float64 `json:"delay_s"`
	Segments []bridgeSegment    `json:"segments"`
}

// bridgeCapture is a capture, and what was made of it afterwards.
type bridgeCapture struct {
	File  string   `json:"file"`
	Edits []string `json:"edits"`
}

// isWhole reports whether the capture holds all that passed while it was taken.
func (c *bridgeCapture) isWhole() bool {
	return !slices.ContainsFunc(c.Edits, func(e string) bool { return strings.HasPrefix(e, "lacks packets") })
}

// bridgeSegment is a segment that the bridge had to do with.
type bridgeSegment struct {
	frames pairFrames
	fate   string
}

// pairFrames are the frames of a segment in both captures; 0 where one lacks it.
type pairFrames struct{ a, b int }

func (s *bridgeSegment) UnmarshalJSON(b []byte) error {
	var a, second *int
	var direction, did string
	var read, written *float64
	if err := json.Unmarshal(b, &[]any{&a, &second, &direction, &s.fate, &did, &read, &written}); err != nil {
		return err
	}
	s.frames = framesOf(a, second)
	return nil
}

func framesOf(a, b *int) (f pairFrames) {
	if a != nil {
		f.a = *a
	}
	if b != nil {
		f.b = *b
	}
	return f
}

// pairLine is a line of pair --segments: its first, or a segment. Others have no fate.
type pairLine struct {
	Clock *struct {
		Offset *float64 `json:"offset_s"`
		Error  *float64 `json:"error_s"`
		Drift  *float64 `json:"drift_ppm"`
	} `json:"clock"`
	Fate string `json:"fate"`
	FA   *int   `json:"a_frame"`
	FB   *int   `json:"b_frame"`
}

const pairDir = "../../../testdata/real/pair"

// pairScenarios are the truths of all recorded pairs of captures.
func pairScenarios(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(pairDir, "*.pair.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scenarios (%v)", len(files), err)
	}
	return files
}

// readTruth reads what is true of a pair of captures.
func readTruth(t *testing.T, file string, truth any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, truth)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// path is where the capture stands.
func (c *bridgeCapture) path() string { return filepath.Join(pairDir, filepath.Base(c.File)) }

// pairLines are the lines that pair writes of two captures.
func pairLines(t *testing.T, args ...string) *bytes.Buffer {
	t.Helper()
	out, _ := says(t, exitOK, append([]string{"pair", "-q", "--no-config", "--format", "jsonl"}, args...)...)
	return bytes.NewBuffer(out)
}

// score counts how pair did.
type score struct{ segments, paired, right, forged, lost int }

// The fate that the bridge gave each frame is the one that pair finds from the captures
// alone: it pairs 999 of 1000 segments, has the fate of 995, and calls nothing forged or
// lost that was not.
func TestPairKnowsWhatTheBridgeDid(t *testing.T) {
	files := pairScenarios(t)
	var all score
	for i := range 2 * len(files) {
		file, swapped := files[i/2], i%2 == 1
		t.Run(fmt.Sprintf("%s swapped=%v", strings.TrimSuffix(filepath.Base(file), ".pair.json"), swapped), func(t *testing.T) {
			var truth pairTruth
			readTruth(t, file, &truth)
			if swapped {
				truth.swap()
			}
			out := pairLines(t, "--segments", truth.A.path(), truth.B.path())
			one := truth.score(t, out)
			if one.paired < one.segments {
				t.Errorf("%d of %d segments are not paired as the bridge carried them", one.segments-one.paired, one.segments)
			}
			if truth.A.isWhole() && truth.B.isWhole() && one.right < one.segments {
				t.Errorf("%d of %d fates are wrong", one.segments-one.right, one.segments)
			}
			all.segments += one.segments
			all.paired += one.paired
			all.right += one.right
			all.forged += one.forged
			all.lost += one.lost
		})
	}
	t.Logf("%+v", all)
	if all.segments < 5000 {
		t.Errorf("only %d segments: not much of a test", all.segments)
	}
	if all.paired*1000 < all.segments*999 || all.right*1000 < all.segments*995 || all.forged > 0 || all.lost*1000 > all.segments {
		t.Errorf("%+v: too much is wrong", all)
	}
}

// swap makes the captures change places.
func (p *pairTruth) swap() {
	p.A, p.B = p.B, p.A
	p.Offset, p.Drift = -p.Offset, -p.Drift
	for i := range p.Segments {
		f := &p.Segments[i].frames
		f.a, f.b = f.b, f.a
	}
}

// score holds what pair wrote against the truth.
func (p *pairTruth) score(t *testing.T, out *bytes.Buffer) (s score) {
	t.Helper()
	var first pairLine
	if err := json.NewDecoder(bytes.NewReader(out.Bytes())).Decode(&first); err != nil || first.Clock == nil {
		t.Fatalf("no first line: %v", err)
	}
	p.clock(t, &first)
	return p.fates(t, out)
}

// fates holds the fates that pair wrote against the truth.
func (p *pairTruth) fates(t *testing.T, out *bytes.Buffer) (s score) {
	t.Helper()
	d := json.NewDecoder(out)
	got := map[pairFrames]string{}
	for d.More() {
		var line pairLine
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Fate != "" {
			got[framesOf(line.FA, line.FB)] = line.Fate
		}
	}
	known := map[pairFrames]bool{}
	for _, want := range p.Segments {
		if want.frames == (pairFrames{}) {
			continue // neither capture holds it
		}
		known[want.frames] = true
		s.segments++
		fate, paired := got[want.frames]
		if paired {
			s.paired++
		}
		switch {
		case fate == want.fate:
			s.right++
		case fate == "forged":
			s.forged++
		case fate == "lost":
			s.lost++
		}
		if fate != want.fate {
			t.Logf("%+v: %q, is %q", want.frames, fate, want.fate)
		}
	}
	for frames, fate := range got {
		if !known[frames] {
			s.segments++
			if fate == "forged" {
				s.forged++
			}
			t.Logf("%+v: %q, is none", frames, fate)
		}
	}
	return s
}

// clock holds the offset of the clocks against the truth: within its own error, and within
// a millisecond where both ways take as long.
func (p *pairTruth) clock(t *testing.T, line *pairLine) {
	t.Helper()
	c := line.Clock
	if c.Offset == nil {
		return // traffic in one direction gives none
	}
	off := math.Abs(*c.Offset - p.Offset)
	if off > *c.Error+1e-6 {
		t.Errorf("offset %v s with an error of %v s, is %v s", *c.Offset, *c.Error, p.Offset)
	}
	if p.Delay["client-to-server"] == p.Delay["server-to-client"] && off > 1e-3 {
		t.Errorf("offset %v s, is %v s", *c.Offset, p.Offset)
	}
	if c.Drift != nil && math.Abs(*c.Drift-p.Drift) > 5 {
		t.Errorf("drift %v ppm, is %v", *c.Drift, p.Drift)
	}
}
