package ladders

import (
	"testing"
	"time"

	"finwait/analyzer/ladder"
	"finwait/reassembly/segment"
)

// folding passes n rows, made by row, through a folder. It returns the frames
// shown, how many segments were told as left out, and the most rows held at once.
func folding(t *testing.T, n int, row func(i int, r *ladder.Row)) (shown []int64, left int64, held int) {
	t.Helper()
	f := folder{
		show: func(r *ladder.Row) error { shown = append(shown, r.Frame); return nil },
		fold: func(h *folded) error { left += h.segments; return nil },
	}
	for i := range n {
		r := &ladder.Row{Frame: int64(i + 1), Flags: segment.ACK, SinceStart: time.Duration(i)}
		row(i, r)
		if err := f.add(r); err != nil {
			t.Fatal(err)
		}
		held = max(held, len(f.pending)+len(f.hidden.rows))
	}
	if err := f.end(); err != nil {
		t.Fatal(err)
	}
	return shown, left, held
}

func TestFoldLeavesNothingUntold(t *testing.T) {
	for _, n := range []int{0, 1, foldHead, foldHead + foldTail + 1, foldHead + foldTail + foldLeast - 1, foldHead + foldTail + foldLeast, 10000} {
		for every, row := range map[int]func(int, *ladder.Row){
			0: func(int, *ladder.Row) {},
			7: func(i int, r *ladder.Row) {
				if i%7 == 0 {
					r.Flags |= segment.FIN
				}
			},
			100: func(i int, r *ladder.Row) { r.Began[0] = i%100 == 0 },
		} {
			shown, left, held := folding(t, n, row)
			if int64(len(shown))+left != int64(n) {
				t.Errorf("%d rows, each %dth matters: %d shown and %d left out", n, every, len(shown), left)
			}
			if held > foldTail+foldLeast+1 {
				t.Errorf("%d rows, each %dth matters: %d held", n, every, held)
			}
			for i := 1; i < len(shown); i++ {
				if shown[i] <= shown[i-1] {
					t.Fatalf("%d rows, each %dth matters: frame %d after %d", n, every, shown[i], shown[i-1])
				}
			}
		}
	}
}

func TestFoldBounds(t *testing.T) {
	for name, row := range map[string]func(int, *ladder.Row){
		"resets":   func(_ int, r *ladder.Row) { r.Flags = segment.RST },
		"silences": func(_ int, r *ladder.Row) { r.SinceLast = time.Hour },
	} {
		if shown, _, _ := folding(t, 100000, row); len(shown) > 3*foldFlags {
			t.Errorf("%s: %d rows shown", name, len(shown))
		}
	}
	shown, left, _ := folding(t, foldHead+foldTail+foldLeast-1, func(int, *ladder.Row) {})
	if left != 0 {
		t.Errorf("%d rows left out for %d shown: the line that says so takes one too", left, len(shown))
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.00 kB", 999600: "1.00 MB", 1730000: "1.73 MB", 1 << 62: "4611686 TB"} {
		if got := size(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
