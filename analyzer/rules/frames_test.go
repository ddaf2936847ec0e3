package rules

import (
	"testing"

	"finwait/analyzer/model"
)

// What a finding points at is named, even where the record has another RST or none.
func TestFramesAreNamed(t *testing.T) {
	at := func(n int64) *int64 { return &n }
	record := func(rule string, frames ...int64) *model.Record {
		r := &model.Record{Findings: []model.Finding{{Rule: rule, Frames: frames}}}
		r.FIN.Server = &model.FIN{Frame: at(208), ACKFrame: at(210)}
		return r
	}
	race := record("FIN207", 201, 208, 229)
	late := record("FIN203", 208, 210, 300, 301)
	late.RST = &model.RST{Frame: 301}
	idle := record("FIN206", 14, 207, 208)
	for _, c := range []struct {
		rule  *model.Rule
		r     *model.Record
		frame int64
		want  string
	}{
		{fin207, race, 201, "request"},
		{fin207, race, 229, "RST"},
		{fin203, late, 300, "late response"},
		{fin206, idle, 14, "last payload"},
		{fin206, idle, 207, "close_notify"},
		{fin206, idle, 208, ""},
	} {
		if got := c.rule.Frame(c.r, c.frame); got != c.want {
			t.Errorf("%s: frame %d is %q, want %q", c.rule.ID, c.frame, got, c.want)
		}
	}
}
