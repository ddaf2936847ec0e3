package driver

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"testing"
)

// What comes behind the last frame that can be numbered is told to be unread, and no
// earlier frame is named in its stead.
func TestTooManyFrames(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("an int holds no such frame here")
	}
	files, err := filepath.Glob("../../testdata/real/go-timeout*.pcap")
	if err != nil || len(files) < 2 {
		t.Fatalf("no recordings: %v", err)
	}
	read := func(number int) (frames []int64, m *merge) {
		o := Options{Join: true}.withDefaults()
		m = openMerge(newOpener(context.Background(), o), files)
		m.number = number
		a := newAnalysis(o, m, atOnce, func(res *result) bool {
			frames = append(frames, res.record.First.Frame, res.record.Last.Frame)
			return true
		})
		m.origins.named = a.tracker.Frames
		a.run(context.Background())
		return frames, m
	}
	want, whole := read(0)
	all := whole.number
	for _, over := range []int{0, 1, 100} {
		shift := int(int64(maxFrame) - int64(all-over))
		got, m := read(shift)
		for _, frame := range got {
			if frame <= int64(shift) || frame > maxFrame {
				t.Errorf("%d too many: frame %d is named", over, frame)
			}
		}
		told := false
		for _, in := range m.inputs {
			told = told || errors.Is(in.problem, ErrFrames)
		}
		if told != (over > 0) {
			t.Errorf("%d too many: told: %v", over, told)
		}
		if over == 0 {
			for i := range want {
				if got[i]-int64(shift) != want[i] {
					t.Fatalf("frame %d, want %d", got[i]-int64(shift), want[i])
				}
			}
		}
	}
}
