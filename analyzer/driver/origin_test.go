package driver

import (
	"math/rand/v2"
	"testing"
)

// TestOriginsOfNamedFrames lets captures alternate with nearly every packet, and
// asks for frames of which each is named until some later one.
func TestOriginsOfNamedFrames(t *testing.T) {
	const frames, alive, files = 1_000_000, 500, 3
	rng := rand.New(rand.NewPCG(1, 2))
	named := make([]int64, alive)
	from := make([]int, frames+1)
	o := origins{named: func(visit func(int64)) {
		for _, frame := range named {
			if frame != 0 {
				visit(frame)
			}
		}
	}}
	most := 0
	for frame := 1; frame <= frames; frame++ {
		from[frame] = rng.IntN(files)
		o.add(frame, from[frame])
		most = max(most, len(o.starts))
		slot := rng.IntN(alive)
		if slot == 0 && frame > 1000 { // one connection lives long
			continue
		}
		if was := named[slot]; was != 0 {
			if got := o.input(int64(was)); got != from[was] {
				t.Fatalf("at frame %d: frame %d is said to be of %d, not of %d", frame, was, got, from[was])
			}
		}
		named[slot] = int64(frame)
	}
	if got := o.input(int64(named[0])); got != from[named[0]] {
		t.Errorf("the oldest frame, %d, is said to be of %d, not of %d", named[0], got, from[named[0]])
	}
	if most > 3*minOrigins {
		t.Errorf("there were %d rows at once", most)
	}
}
