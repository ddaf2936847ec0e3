package driver

import (
	"path/filepath"
	"slices"
	"testing"

	"finwait/analyzer/model"
	"finwait/analyzer/rules"
)

// A rule that is not asked about orderly connections would find nothing in them.
func TestDisorderlyRules(t *testing.T) {
	files, err := filepath.Glob("../../testdata/real/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d captures (%v)", len(files), err)
	}
	var asked []*model.Rule // as they are, but asked about all
	marked := 0
	for _, r := range rules.All {
		if r.Disorder {
			marked++
		}
		of := *r
		of.Disorder = false
		asked = append(asked, &of)
	}
	config := model.DefaultConfig()
	told, _, _ := runAll(t, Options{Config: &config}, files...)
	all, _, _ := runAll(t, Options{Config: &config, Rules: asked}, files...)
	for i, r := range all.records {
		names := func(r *model.Record) (list []string) {
			for i := range r.Findings {
				list = append(list, r.Findings[i].Rule)
			}
			return list
		}
		if got, want := names(told.records[i]), names(r); !slices.Equal(got, want) {
			t.Errorf("%s: stream %d: %v found, %v where all are asked", r.File, r.Stream, got, want)
		}
	}
	if marked == 0 || len(all.records) != len(told.records) || len(all.records) < 500 {
		t.Errorf("%d rules, %d records", marked, len(all.records))
	}
}
