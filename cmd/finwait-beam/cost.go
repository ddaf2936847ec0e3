package main

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// edge measures what passes from one stage to another: how many elements, and their
// octets with their keys.
type edge struct {
	stage string
	beam.Distribution
}

func newEdge(stage string) edge {
	return edge{stage, beam.NewDistribution(costs, stage)}
}

// costs is the namespace of the measurements.
const costs = "finwait"

// What is shuffled, in the order of the stages.
var (
	factsCost   = newEdge("Scan to Plan")
	logsCost    = newEdge("Scan to Numbers")
	numbersCost = newEdge("Numbers to Track")
	acrossCost  = newEdge("Track to Shared")
	keyCost     = newEdge("Shared, of one 4-tuple")
	recordsCost = newEdge("Shared to Write")
	partsCost   = newEdge("all to Report")

	edges = []edge{factsCost, logsCost, numbersCost, acrossCost, keyCost, recordsCost, partsCost}
)

// add counts an element; ctx is the runner's.
func (s *edge) add(ctx context.Context, octets int) { s.Update(ctx, int64(octets)) }

// intKey is how many octets a key takes that is a number.
const intKey = 8

// tellCosts writes what a run shuffled.
func tellCosts(w io.Writer, result beam.PipelineResult) {
	all := result.Metrics().AllMetrics().Distributions()
	for _, s := range edges {
		var count, sum, most int64
		for _, d := range all {
			if d.Namespace() != costs || d.Name() != s.stage {
				continue
			}
			of := d.Result() // of one stage; several may feed what is called so
			count, sum, most = count+of.Count, sum+of.Sum, max(most, of.Max)
		}
		fmt.Fprintf(w, "finwait-beam: %s: %d elements, %d octets, the largest %d\n", s.stage, count, sum, most)
	}
}
