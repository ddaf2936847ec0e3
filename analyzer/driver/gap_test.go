package driver

import (
	"math/rand/v2"
	"slices"
	"testing"

	"finwait/reassembly/capture"
	"finwait/reassembly/frame"
)

// A gap of captures that were joined is where each that was captured then has one.
func TestGapsOfJoinedCaptures(t *testing.T) {
	const end = 60
	r := rand.New(rand.NewPCG(1, 1))
	found := 0
	for range 500 {
		m := new(merge)
		var paused [3][end]bool
		for i := range paused {
			in := new(input)
			in.info.Until, in.info.HasUntil, in.info.HasGaps = end, true, true
			for at := capture.Time(r.IntN(5)); at < end; {
				g := frame.Gap{From: at, To: min(at+1+capture.Time(r.IntN(12)), end)}
				in.info.Gaps = append(in.info.Gaps, g)
				for k := g.From; k < g.To; k++ {
					paused[i][k] = true
				}
				at = g.To + capture.Time(r.IntN(9))
			}
			m.inputs, m.begins = append(m.inputs, in), append(m.begins, 0)
		}
		var want []frame.Gap
		for k := range capture.Time(end) {
			switch n := len(want); {
			case !paused[0][k] || !paused[1][k] || !paused[2][k]:
			case n > 0 && want[n-1].To == k:
				want[n-1].To++
			default:
				want = append(want, frame.Gap{From: k, To: k + 1})
			}
		}
		got, ok := m.gaps()
		if !ok || !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		found += len(want)
	}
	if found == 0 {
		t.Error("no captures have a gap in common: nothing is compared")
	}
}
