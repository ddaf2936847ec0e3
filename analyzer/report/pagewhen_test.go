package report

import (
	"testing"

	"finwait/analyzer/model"
)

// TestWhen wants a page to say since when a finding is seen, whatever the order of the
// records, and to say nothing where two groups share the connections.
func TestWhen(t *testing.T) {
	second := func(n float64) model.Time { return model.Time(1.7e18 + n*1e9) }
	fin := func(n float64) *model.FIN {
		at := second(n)
		return &model.FIN{Time: &at}
	}
	first := second(0)
	p := &summaryPage{candidates: map[candidateKey]candidate{}, first: &first}
	for i, r := range []*model.Record{
		{Stream: 1, FIN: model.Sides[*model.FIN]{Client: fin(9), Server: fin(7)}},
		{Stream: 0, FIN: model.Sides[*model.FIN]{Server: fin(2)}},
		{Stream: 2, First: model.Point{Time: second(12.5)}},
	} {
		r.Findings = []model.Finding{{Rule: "FIN201"}}
		p.keep(r, candidateKey{"FIN201", "192.0.2.1:80"})
		if c := p.candidates[candidateKey{"FIN201", "192.0.2.1:80"}]; int(c.record.Stream) != min(1-i, 1) && i < 2 {
			t.Errorf("stream %d is the example", c.record.Stream)
		}
	}
	groups := []model.FindingGroup{{Rule: "FIN201", Server: "192.0.2.1:80", Connections: 3}}
	if got, want := p.when(groups, &groups[0]), "First at 2023-11-14 22:13:22 UTC, 2.00 s into the capture; last at 12.5 s."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	groups = append(groups, groups[0])
	if got := p.when(groups, &groups[0]); got != "" {
		t.Errorf("two groups: %q", got)
	}
}
