package cli

import (
	"io"
	"testing"

	"finwait/reassembly/traffic"
)

// TestConnectionsCost holds what a connection more may allocate on its way from
// the file to the output, at a mean of eleven packets. Nearly all of it is what
// net/http takes to read the heads of requests and responses, and the findings
// that ports used again bring; a bound has room for a finding more.
func TestConnectionsCost(t *testing.T) {
	if testing.Short() {
		t.Skip("analyzes many connections")
	}
	const n = 5000
	paths := map[int]string{}
	for _, connections := range []int{n, 2 * n} {
		paths[connections], _ = writeWeb(t, connections)
	}
	for _, c := range []struct {
		args  []string
		bound traffic.Cost
	}{
		{[]string{"report"}, traffic.Cost{Allocations: 22, Octets: 8000}},
		{[]string{"flows", "--format", "jsonl"}, traffic.Cost{Allocations: 26, Octets: 8000}},
	} {
		cost := traffic.Marginal(n, func(connections int) {
			if code := (Command{Stdout: io.Discard, Stderr: io.Discard}).Main(append(c.args, paths[connections])); code != 0 {
				t.Fatal(code)
			}
		})
		if cost.Exceeds(c.bound) {
			t.Errorf("%s: a connection more costs %+v, and may cost %+v", c.args, cost, c.bound)
		}
		t.Logf("%s: %+v", c.args, cost)
	}
}
