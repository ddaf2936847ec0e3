package tally

import (
	"math/rand/v2"
	"testing"

	"finwait/analyzer/model"
)

// What a sampling keeps depends neither on the order of what it is shown nor on who
// gathered it.
func TestSamplingMerges(t *testing.T) {
	const n = 1000
	values := func(i int) (model.Seconds, uint64) { return model.Seconds(i * i), model.Mix(uint64(i)) }
	var whole, parts sampling
	for i := range n {
		whole.add(values(i))
	}
	var three [3]sampling
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		three[i%3].add(values(i))
	}
	for _, k := range []int{2, 0, 1} {
		parts.merge(&three[k])
	}
	if parts.spread() != whole.spread() || parts.n != n || len(parts.kept) != maxSampling {
		t.Errorf("merged %+v, want %+v", parts.spread(), whole.spread())
	}
	if m := whole.spread().Median; m < model.Seconds(300*300) || m > model.Seconds(700*700) {
		t.Errorf("the median of the sample is that of number %v of %d", m, n)
	}
}
