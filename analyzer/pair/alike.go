package pair

import (
	"context"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
)

// Of each capture so many segments are compared.
const mostAlike = 1 << 14

// leastAlike is how many segments captures of the same traffic share at least.
const leastAlike = 3

// Alike returns which of some captures hold the same segments as which of others, as far
// as their beginnings show it: for each of the first the one that shares most with it.
func Alike(ctx context.Context, a, b []string, o driver.Options) map[string]string {
	o.Rules, o.Problem, o.Select = []*model.Rule{}, func(error) {}, func(*model.Record) bool { return false }
	holds := map[uint64][]int32{} // which of b
	for i, file := range b {
		for k := range prints(ctx, file, o) {
			holds[k] = append(holds[k], int32(i))
		}
	}
	found := map[string]string{}
	taken := map[int]bool{}
	for _, file := range a {
		shared := make([]int, len(b))
		for k := range prints(ctx, file, o) {
			for _, i := range holds[k] {
				shared[i]++
			}
		}
		best := -1
		for i, n := range shared {
			if n >= leastAlike && !taken[i] && (best < 0 || n > shared[best]) {
				best = i
			}
		}
		if best >= 0 {
			found[file], taken[best] = b[best], true
		}
	}
	return found
}

// prints returns the segments at the beginning of a capture.
func prints(ctx context.Context, file string, o driver.Options) map[uint64]bool {
	s := start(ctx, []string{file}, o, false)
	defer s.halt()
	list := map[uint64]bool{}
	for len(list) < mostAlike {
		e := s.peek()
		if e == nil {
			break
		}
		list[e.print()] = true
		s.advance()
	}
	return list
}
