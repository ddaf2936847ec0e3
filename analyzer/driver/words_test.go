package driver

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"finwait/analyzer/model"
)

// What a summary shows of its examples is what their records say, whichever
// connection became final first, and whether or not anybody reads records.
func TestExamplesAreWhatRecordsSay(t *testing.T) {
	files, err := filepath.Glob("../../testdata/real/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d captures (%v)", len(files), err)
	}
	looked := 0
	for _, brief := range []bool{false, true} {
		config := model.DefaultConfig()
		g, _, _ := runAll(t, Options{Config: &config, SkipViews: brief}, files...)
		for i := range g.summary.Findings {
			group := &g.summary.Findings[i]
			for n := range group.Examples {
				e := &group.Examples[n]
				f := findingOf(g, e, group.Rule)
				if f == nil || !slices.Equal(f.Frames, e.Frames) || len(e.Frames) == 0 {
					t.Errorf("%s: stream %d: %s shows %v, its record %v", e.File, e.Stream, group.Rule, e.Frames, f)
					continue
				}
				looked++
				if plain := fmt.Sprintf("for example, in stream %d ", e.Stream); n == 0 && strings.HasPrefix(group.Message, plain) &&
					!strings.HasPrefix(group.Message, plain+f.Message.String()) {
					t.Errorf("%s says %q, its example %q", group.Rule, group.Message, f.Message)
				}
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d examples", looked)
	}
}

// findingOf returns what a rule found on the connection of an example.
func findingOf(g *gathered, e *model.Example, rule string) *model.Finding {
	for _, r := range g.records {
		if r.File != e.File || r.Stream != e.Stream {
			continue
		}
		for i := range r.Findings {
			if r.Findings[i].Rule == rule {
				return &r.Findings[i]
			}
		}
	}
	return nil
}

// A rule that is ignored says nothing, but what timers need of it holds all the same.
func TestIgnoredRulesAreStillNeeded(t *testing.T) {
	files := []string{"../../testdata/real/go-timeout-delayed.pcap"}
	config := model.DefaultConfig()
	want, _, _ := runAll(t, Options{Config: &config}, files...)
	config.IgnoredRules = []string{"client-gave-up", "FIN205"}
	got, _, _ := runAll(t, Options{Config: &config}, files...)
	if len(want.summary.Timers) == 0 || !slices.EqualFunc(got.summary.Timers, want.summary.Timers, func(a, b model.Timer) bool {
		return a.Kind == b.Kind && *a.Value == *b.Value && a.Samples == b.Samples
	}) {
		t.Errorf("timers %+v, and %+v without the rule", want.summary.Timers, got.summary.Timers)
	}
	if told := strings.Join(got.lines, "\n"); strings.Contains(told, `"FIN201"`) || !strings.Contains(strings.Join(want.lines, "\n"), `"FIN201"`) {
		t.Error("FIN201 was told although it is ignored, or never found")
	}
}
