package page

import "math"

// Steps returns round values from 0 to most, at most n steps apart: 1, 2 or 5
// times a power of ten. whole says that there are no halves of what is counted.
func Steps(most float64, n int, whole bool) (list []float64) {
	if !(most > 0) || math.IsInf(most, 0) {
		return []float64{0}
	}
	raw := most / float64(n)
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, k := range [...]float64{1, 2, 5, 10} {
		if step*k >= raw {
			step *= k
			break
		}
	}
	if whole {
		step = max(step, 1)
	}
	for i := 0; float64(i)*step <= most*(1+1e-9); i++ {
		list = append(list, float64(i)*step)
	}
	return list
}

// Decades returns the powers of ten from the one below low to the one above high.
func Decades(low, high float64) (from, to int) {
	from, to = int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	return from, max(to, from+1)
}
