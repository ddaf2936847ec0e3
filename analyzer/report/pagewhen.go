package report

import (
	"finwait/analyzer/model"
)

// span is from when to when something was seen; its zero value is never.
type span struct{ first, last model.Time }

func (s *span) add(t model.Time) {
	if s.first == 0 || t < s.first {
		s.first = t
	}
	s.last = max(s.last, t)
}

// momentOf returns when a connection was closed first; when it began, if nobody closed
// it.
func momentOf(r *model.Record) model.Time {
	var at *model.Time
	for _, fin := range []*model.FIN{r.FIN.Client, r.FIN.Server} {
		if fin != nil && fin.Time != nil && (at == nil || *fin.Time < *at) {
			at = fin.Time
		}
	}
	switch {
	case at != nil:
		return *at
	case r.RST != nil:
		return r.RST.Time
	}
	return r.First.Time
}

// when says since when a group was seen. Where one server has several groups of a rule,
// nothing tells whose a connection is.
func (p *summaryPage) when(groups []model.FindingGroup, f *model.FindingGroup) string {
	for i := range groups {
		if g := &groups[i]; g != f && g.Server == f.Server {
			return ""
		}
	}
	c, ok := p.candidates[candidateKey{f.Rule, f.Server}]
	if !ok || p.first == nil || f.Connections == 0 {
		return ""
	}
	in := func(t model.Time) string { return model.Seconds(max(t.Sub(*p.first), 0)).Words() }
	const layout = "2006-01-02 15:04:05"
	text := c.when.first.Std().UTC().Format(layout) + " UTC, " + in(c.when.first) + " into the capture"
	if f.Connections == 1 {
		return "At " + text + "."
	}
	return "First at " + text + "; last at " + in(c.when.last) + "."
}
