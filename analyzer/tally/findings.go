package tally

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

const (
	maxGroups   = 5000 // pairs of rule and server that are told apart at the end
	maxExamples = 3
)

// findingGroups gathers findings by rule and server endpoint. When there are far
// more than maxGroups of those, as in a scan of a whole network, the smallest
// go into one group of their rule without a server.
type findingGroups struct {
	grouping   Grouping
	files      int // that were taken in whole
	groups     map[groupKey]*gathered
	spared     sparedBy  // what servers closed without a loss
	last       groupKey  // what was asked for last
	lastGroup  *gathered // and found; nil where that was none
	bySeverity [model.NumSeverities]int64
}

type groupKey struct {
	rule   string
	server netip.AddrPort // the zero AddrPort of what is left of many
}

// keyOf returns the key of what a rule finds on r.
func keyOf(rule string, r *model.Record) groupKey {
	return groupKey{rule, r.Server.AddrPort()}
}

func (k groupKey) compare(o groupKey) int {
	return cmp.Or(strings.Compare(k.rule, o.rule), k.server.Compare(o.server))
}

// add takes in the findings of r.
func (g *findingGroups) add(r *model.Record) {
	g.spared.add(r)
	for i := range r.Findings {
		g.addOne(r, &r.Findings[i], r.FoundBefore(i))
	}
	if len(g.groups) >= 2*maxGroups {
		g.thin()
	}
}

// addOne takes in one finding of r; again says that its rule found something on r
// before, on the other side: that is one connection all the same.
func (g *findingGroups) addOne(r *model.Record, f *model.Finding, again bool) {
	g.bySeverity[f.Severity]++
	if cause := g.grouping.cause(r, f); cause != nil {
		if !again {
			g.group(keyOf(cause.Rule, r), cause).fold(f.Rule, f.Name, 1)
		}
		return
	}
	group := g.group(keyOf(f.Rule, r), f)
	group.Severity = max(group.Severity, f.Severity)
	if again {
		return
	}
	group.Connections++
	group.add(r, f)
	at := place{g.files, r.Stream, r.First.Frame}
	if i := group.placeOf(at); i < maxExamples {
		group.insert(i, at, model.Example{
			File: r.File, Stream: r.Stream, Frames: append([]int64{}, f.Frames...), Shows: g.shows(r, f),
		})
		if i == 0 {
			group.describe(f)
		}
	}
}

// find returns the group of key, or nil. Mostly it is the same as before.
func (g *findingGroups) find(key groupKey) *gathered {
	if g.lastGroup == nil || g.last != key {
		g.last, g.lastGroup = key, g.groups[key]
	}
	return g.lastGroup
}

// group returns the group of key, of which f is one finding.
func (g *findingGroups) group(key groupKey, f *model.Finding) *gathered {
	group := g.find(key)
	if group != nil {
		return group
	}
	if g.groups == nil {
		g.groups = map[groupKey]*gathered{}
	}
	group = new(gathered)
	group.describe(f)
	if key.server.IsValid() {
		group.Server = key.server.String()
	}
	g.groups[key] = group
	return group
}

// keys returns the keys of all groups in order.
func (g *findingGroups) keys() []groupKey {
	return slices.SortedFunc(maps.Keys(g.groups), groupKey.compare)
}

// thin merges all but the largest maxGroups groups with others of their rule.
func (g *findingGroups) thin() {
	g.lastGroup = nil
	type ranked struct {
		*gathered
		key groupKey
	}
	all := make([]ranked, 0, len(g.groups))
	for key, group := range g.groups {
		all = append(all, ranked{group, key})
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.Connections, a.Connections), a.key.compare(b.key))
	})
	for _, small := range all[maxGroups:] {
		rest := groupKey{rule: small.key.rule}
		if small.key == rest {
			continue
		}
		delete(g.groups, small.key)
		if to := g.groups[rest]; to != nil {
			to.merge(small.gathered)
			continue
		}
		small.Server = ""
		g.groups[rest] = small.gathered
	}
}

// shows says what each frame of the evidence is, where the record tells.
func (g *findingGroups) shows(r *model.Record, f *model.Finding) []string {
	rule := g.grouping.rule(f.Rule)
	out := make([]string, len(f.Frames))
	for i, frame := range f.Frames {
		out[i] = pointName(r, frame)
		if out[i] == "" && rule != nil && rule.Frame != nil {
			out[i] = rule.Frame(r, frame)
		}
	}
	return out
}

// pointName names a frame that the record knows.
func pointName(r *model.Record, frame int64) string {
	is := func(p *int64) bool { return p != nil && *p == frame }
	for _, fin := range [...]*model.FIN{r.FIN.Client, r.FIN.Server} {
		if fin != nil && is(fin.Frame) {
			return "FIN"
		}
	}
	for _, fin := range [...]*model.FIN{r.FIN.Client, r.FIN.Server} {
		if fin != nil && is(fin.ACKFrame) {
			return "its ACK"
		}
	}
	switch {
	case r.RST != nil && r.RST.Frame == frame:
		return "RST"
	case r.First.Frame == frame && len(r.States.Client) > 0 && r.States.Client[0].State == tcpstate.SynSent && r.States.Client[0].Frame == frame:
		return "SYN"
	}
	return ""
}

func (g *findingGroups) count(severity model.Severity) int64 {
	var n int64
	for _, v := range g.bySeverity[severity:] {
		n += v
	}
	return n
}

// list returns the groups, the gravest first, then by rule and the number of
// connections.
func (g *findingGroups) list(timers []model.Timer) []model.FindingGroup {
	byServer := map[string][]model.Timer{}
	for _, t := range timers {
		byServer[t.Server] = append(byServer[t.Server], t)
	}
	out := make([]model.FindingGroup, 0, len(g.groups))
	for key, group := range g.groups {
		out = append(out, group.group(g.grouping.rule(group.Rule), byServer[group.Server], g.spared[key.server]))
	}
	slices.SortFunc(out, func(a, b model.FindingGroup) int {
		return cmp.Or(
			cmp.Compare(b.Severity, a.Severity), strings.Compare(a.Rule, b.Rule),
			cmp.Compare(b.Connections, a.Connections), strings.Compare(a.Server, b.Server),
		)
	})
	return out
}
