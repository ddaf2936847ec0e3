package driver

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"runtime"
	"testing"

	"finwait/reassembly/traffic"
)

// TestOneLargeCaptureOnAnyNumberOfCores reads a capture that makes every goroutine
// of the pipeline wait for every other, alone, joined and beside another.
func TestOneLargeCaptureOnAnyNumberOfCores(t *testing.T) {
	shape := traffic.Web(1000)
	text, packets := traffic.Capture(shape.Packets(3))
	file, other := write(t, "large.pcap", text), write(t, "small.pcap", pcap(t, graceful))
	for name, o := range map[string]Options{"alone": {}, "joined": {Join: true}, "beside": {}} {
		files := []string{file}
		if name == "beside" {
			files = []string{file, other}
		}
		o.Tracker.MaxConnections = 40
		want := ""
		for _, cores := range []int{1, 2, 7} {
			old := runtime.GOMAXPROCS(cores)
			g, outcome, problems := runAll(t, o, files...)
			runtime.GOMAXPROCS(old)
			if len(problems) > 0 || outcome.Unreadable > 0 || g.files[0].Packets != int64(packets) || len(g.records) < 1000 {
				t.Fatalf("%s on %d cores: %d records, %d packets of %d, problems %v", name, cores, len(g.records), g.files[0].Packets, packets, problems)
			}
			if got := digest(t, g); want == "" {
				want = got
			} else if got != want {
				t.Errorf("%s: %d cores change the results", name, cores)
			}
		}
	}
}

// digest stands for all that a Handler was told.
func digest(t *testing.T, g *gathered) string {
	t.Helper()
	sum := fnv.New64a()
	for _, line := range g.lines {
		fmt.Fprintln(sum, line)
	}
	if err := json.NewEncoder(sum).Encode(g.summary); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d lines, %x", len(g.lines), sum.Sum64())
}
