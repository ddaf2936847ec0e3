package rules

import (
	"os"
	"reflect"
	"testing"

	"finwait/analyzer"
)

// A rule finds nothing on a connection that shows nothing of what it says it is
// about: to ask all rules of all connections gives the same findings.
func TestShows(t *testing.T) {
	curious := make([]*analyzer.Rule, len(All))
	for i, r := range All {
		if r.Check != nil && r.Shows == 0 {
			t.Errorf("%s is never asked", r.ID)
		}
		all := *r
		all.Shows = analyzer.AnySign
		curious[i] = &all
	}
	for _, file := range examples(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, want := judged(t, file, data), judgedBy(t, curious, file, data)
		for i := range want {
			if !reflect.DeepEqual(got[i].Findings, want[i].Findings) {
				t.Errorf("%s: stream %d: %v, and %v where all rules are asked", file, want[i].Stream, found(got[i]), found(want[i]))
			}
		}
	}
}
