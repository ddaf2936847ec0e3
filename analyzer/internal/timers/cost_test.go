package timers

import (
	"math/rand/v2"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
)

// crafted are samples that agree in as many ways as they can: in groups of n, each longer
// than those before by a factor, from every reference another length.
func crafted(n int, factor float64) []sample {
	r := rand.New(rand.NewPCG(1, 1))
	var list []sample
	for v := 1e6; len(list)+n <= maxPerSeries && v < 1e18; v *= factor {
		for range n {
			s := sample{end: capture.Time(len(list)) * capture.Time(time.Hour)}
			for from := range s.waits {
				s.waits[from] = model.Seconds(v*(1+float64(from)/7)) + model.Seconds(r.IntN(1000))
			}
			list = append(list, s)
		}
	}
	return list
}

// A server's crafted waits are not searched for ever more timers.
func TestCraftedWaits(t *testing.T) {
	most := 0
	for _, n := range []int{3, 4, 8, 16} {
		for _, factor := range []float64{1.05, 1.1, 1.2, 1.5} {
			found := len(agreements(crafted(n, factor)))
			if most = max(most, found); found > maxTimers {
				t.Errorf("groups of %d by %v: %d timers at one server", n, factor, found)
			}
		}
	}
	if most < maxTimers {
		t.Errorf("at most %d timers: these waits test nothing", most)
	}
}

func BenchmarkCraftedWaits(b *testing.B) {
	list := crafted(4, 1.2)
	for b.Loop() {
		agreements(list)
	}
}
