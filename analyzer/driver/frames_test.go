package driver

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"finwait/analyzer/model"
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
			r := res.record
			frames = append(frames, r.First.Frame, r.Last.Frame)
			for _, fin := range []*model.FIN{r.FIN.Client, r.FIN.Server} {
				if fin != nil && fin.Frame != nil {
					frames = append(frames, *fin.Frame)
				}
			}
			for _, s := range slices.Concat(r.States.Client, r.States.Server) {
				frames = append(frames, s.Frame)
			}
			for i := range r.Findings {
				frames = append(frames, r.Findings[i].Frames...)
			}
			return true
		})
		m.origins.named = a.tracker.Frames
		a.run(context.Background())
		return frames, m
	}
	want, whole := read(0)
	all := whole.number
	for _, over := range []int{0, 1, 100} {
		shift := int(MaxFrame - int64(all-over))
		got, m := read(shift)
		for _, frame := range got {
			if frame <= int64(shift) || frame > MaxFrame {
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
