package tally

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"finwait/analyzer/model"
)

func TestQuantilesAreWithinOnePerMille(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 2, 3, 7, 12, 100, 4097} {
		var whole, left, right histogram
		var values []model.Seconds
		for i := range n {
			v := model.Seconds(rnd.Uint64() >> (1 + rnd.IntN(63)))
			values = append(values, v)
			whole.add(v)
			if i%3 == 0 {
				left.add(v)
			} else {
				right.add(v)
			}
		}
		left.merge(&right)
		slices.Sort(values)
		for _, percent := range []int64{1, 50, 90, 99, 100} {
			want := values[max((int64(n)*percent+99)/100, 1)-1]
			got := *whole.quantile(percent)
			if math.Abs(float64(got-want)) > float64(want)/1000 {
				t.Errorf("%d values, %d %%: got %s, want %s", n, percent, got, want)
			}
			if merged := *left.quantile(percent); merged != got {
				t.Errorf("%d values, %d %%: %s after a merge, %s without", n, percent, merged, got)
			}
		}
	}
}

func TestQuantilesOfEqualValuesAreThatValue(t *testing.T) {
	var h histogram
	for range 12 {
		h.add(8e8)
	}
	for _, percent := range []int64{50, 90, 99} {
		if got := *h.quantile(percent); got != 8e8 {
			t.Errorf("%d %%: got %s, want 0.8", percent, got)
		}
	}
	if new(histogram).quantile(50) != nil {
		t.Error("nothing counted, and yet a quantile")
	}
}

func TestHistogramTakesTheExtremes(t *testing.T) {
	var h histogram
	for _, v := range []model.Seconds{-5, 0, 511, 512, 513, 1023, 1024, math.MaxInt64} {
		h.add(v)
	}
	if h.min != 0 || h.max != math.MaxInt64 || *h.quantile(100) < math.MaxInt64/1000*999 {
		t.Errorf("min %d, max %d, 100 %%: %d", h.min, h.max, *h.quantile(100))
	}
}
