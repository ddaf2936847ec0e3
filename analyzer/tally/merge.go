package tally

import (
	"maps"
	"slices"
)

// Merge takes in what was gathered of captures that come after those of a. Both must
// have been told the same by Explain and By.
func (a *Aggregate) Merge(o *Aggregate) {
	a.findings.merge(&o.findings, a.findings.files)
	a.twins.merge(&o.twins, len(a.files))
	a.findings.files += o.findings.files
	a.files = append(a.files, o.files...)
	a.connections += o.connections
	for i, n := range o.close {
		a.close[i] += n
	}
	for i, n := range o.firstCloser {
		a.firstCloser[i] += n
	}
	for i := range a.states.Client {
		a.states.Client[i].merge(&o.states.Client[i])
		a.states.Server[i].merge(&o.states.Server[i])
	}
	a.by.merge(&o.by)
	a.ofFiles = append(a.ofFiles, o.ofFiles...)
	a.ofFiles = a.ofFiles[:min(len(a.ofFiles), maxFileFindings)]
}

func (t *stayTimes) merge(o *stayTimes) {
	t.exact.merge(&o.exact)
	t.open.merge(&o.open)
	t.atMost.merge(&o.atMost)
	t.atLeast.merge(&o.atLeast)
}

func (t *bounds) merge(o *bounds) {
	if o.n > 0 {
		t.max = max(t.max, o.max)
		t.n += o.n
	}
}

// merge takes in the groups of captures before which so many were read.
func (g *findingGroups) merge(o *findingGroups, files int) {
	for i, n := range o.bySeverity {
		g.bySeverity[i] += n
	}
	g.spared.merge(o.spared)
	g.lastGroup = nil
	for key, group := range o.groups {
		for i := range group.places {
			group.places[i].file += files
		}
		group.other.at.file += files
		if own := g.groups[key]; own != nil {
			own.merge(group)
			continue
		}
		if g.groups == nil {
			g.groups = map[groupKey]*gathered{}
		}
		g.groups[key] = group
	}
	if len(g.groups) >= 2*maxGroups {
		g.thin()
	}
}

// merge takes in the rows of captures that come after those of b.
func (b *breakdown) merge(o *breakdown) {
	for _, key := range slices.Sorted(maps.Keys(o.rows)) { // which are thinned depends on the order
		row, own := o.rows[key], b.row(key)
		own.merge(row)
		if row.err != nil {
			own.err = row.err
		}
	}
	if o.rest == nil {
		return
	}
	b.thin()
	b.rest.merge(o.rest)
	b.seen.merge(&o.seen)
}
