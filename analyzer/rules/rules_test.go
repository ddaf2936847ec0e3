package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"finwait/analyzer/analyzertest"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// Every rule has its fixtures under testdata/rules: bad ones that it must
// report, ok ones that it must not, ugly ones at its border. A finding that a
// fixture does not want is a failure.
func TestFixtures(t *testing.T) {
	config := model.DefaultConfig()
	f := analyzertest.Fixtures{Strict: true, Judge: func(r *model.Record, c *conn.Conn) {
		model.Judge(All, &config)(r, c)
	}}
	for _, r := range All {
		if r.Check == nil { // of the file, not of a connection
			continue
		}
		t.Run(r.ID, func(t *testing.T) { f.Run(t, filepath.Join("../../testdata/rules", r.ID, "*.pkt")) })
	}
}

func TestRulesAreComplete(t *testing.T) {
	if !slices.IsSortedFunc(All, func(a, b *model.Rule) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the rules are not in the order of their IDs")
	}
	for _, r := range All {
		d := r.Doc
		for name, text := range map[string]string{
			"Title": d.Title, "Text": d.Text, "Script": d.Script, "Confirm": d.Confirm,
			"Change": d.Change, "Harmless": d.Harmless, "Source": d.Source,
		} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: Doc.%s is empty", r.ID, name)
			}
		}
		for _, kind := range []string{"bad", "ok", "ugly"} {
			files, _ := filepath.Glob(filepath.Join("../../testdata/rules", r.ID, kind+"_*.pkt"))
			if len(files) == 0 && r.Check != nil {
				t.Errorf("%s has no %s fixture", r.ID, kind)
			}
		}
	}
	dirs, err := os.ReadDir("../../testdata/rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !slices.ContainsFunc(All, func(r *model.Rule) bool { return r.ID == d.Name() }) {
			t.Errorf("testdata/rules/%s belongs to no rule", d.Name())
		}
	}
}
