package reassembly_test

import (
	"testing"

	"finwait/reassembly/traffic"
)

// TestConnectionsCost holds what a connection more may allocate. A bound has room
// for other versions of Go, and none for an allocation at each connection.
func TestConnectionsCost(t *testing.T) {
	if testing.Short() {
		t.Skip("tracks many connections")
	}
	for _, c := range []struct {
		name  string
		n     int
		shape func(connections int) *traffic.Shape
		bound traffic.Cost
	}{
		// What ended leaves its room to who comes, once as many linger as may.
		{"web", 17_000, traffic.Web, traffic.Cost{Allocations: 0.02, Octets: 64}},
		// What is open needs room, which grows by slabs.
		{"open", 10_000, open, traffic.Cost{Allocations: 0.05, Octets: 1500}},
	} {
		work := map[int]*decoded{}
		for _, connections := range []int{c.n, 2 * c.n} {
			work[connections] = decode(t, c.shape(connections))
		}
		cost := traffic.Marginal(c.n, func(connections int) { work[connections].track() })
		if cost.Exceeds(c.bound) {
			t.Errorf("%s: a connection more costs %+v, and may cost %+v", c.name, cost, c.bound)
		}
		t.Logf("%s: %+v", c.name, cost)
	}
}
