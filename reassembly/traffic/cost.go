package traffic

import "runtime"

// Cost is what work allocated for each connection more.
type Cost struct {
	Allocations float64
	Octets      float64
}

// Marginal does work with n connections and with twice as many, each once to
// warm up and once to measure, and returns what the second half cost: what does
// not grow with the connections cancels out. Goroutines that work ends count
// with it; nothing else may run meanwhile.
func Marginal(n int, work func(connections int)) Cost {
	small, large := measure(func() { work(n) }), measure(func() { work(2 * n) })
	return Cost{(large.Allocations - small.Allocations) / float64(n), (large.Octets - small.Octets) / float64(n)}
}

func measure(work func()) Cost {
	var before, after runtime.MemStats
	work()
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return Cost{float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)}
}

// Exceeds reports whether c is beyond a bound in any way.
func (c Cost) Exceeds(bound Cost) bool {
	return c.Allocations > bound.Allocations || c.Octets > bound.Octets
}
