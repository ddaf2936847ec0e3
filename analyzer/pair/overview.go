package pair

import (
	"cmp"
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// Overview is what the connections of a comparison show together.
type Overview struct {
	Connections int64
	Closes      map[conn.Close]int64
	Control     [2]Control   // that did not arrive, by way: from A to B, and back
	Rules       []*RuleCount // the gravest first
	Worst       []*Flow      // those that lost most
	Severities  model.Severities
	Waits       Waits // of all; the ways are null where one of them is
}

// Control is segments with SYN, FIN or RST.
type Control struct {
	SYN int64 `json:"syn"`
	FIN int64 `json:"fin"`
	RST int64 `json:"rst"`
}

// RuleCount is what one rule found.
type RuleCount struct {
	Rule, Name string
	Severity   model.Severity
	N          int64
	Flow       *Flow // the first; of losses, the one that lost most
	Finding    *Finding
	Other      *Example // of the other side; nil where only one has it
	latest     *Flow
	sides      [2]Example
}

// Example is a connection that shows what one side of many has.
type Example struct {
	N       int64
	Flow    *Flow
	Finding *Finding
}

// mostWorst is how many connections are named.
const mostWorst = 5

// Add takes in a connection.
func (v *Overview) Add(f *Flow) {
	if v.Closes == nil {
		v.Closes = map[conn.Close]int64{}
	}
	v.Connections++
	v.Closes[f.Close]++
	for _, role := range [...]conn.Role{conn.Client, conn.Server} {
		c, sum := f.LostControl.Of(role), &v.Control[f.CaptureOf(role)]
		sum.SYN, sum.FIN, sum.RST = sum.SYN+c.SYN, sum.FIN+c.FIN, sum.RST+c.RST
	}
	v.wait(f.Waits)
	for i := range f.Findings {
		v.found(f, &f.Findings[i])
	}
	if f.lost() == 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(v.Worst, f, func(a, b *Flow) int {
		return cmp.Or(cmp.Compare(b.lost(), a.lost()), -1)
	})
	v.Worst = slices.Insert(v.Worst, at, f)
	v.Worst = v.Worst[:min(len(v.Worst), mostWorst)]
}

// wait sums up where time went.
func (v *Overview) wait(w *Waits) {
	if w == nil {
		return
	}
	sum := func(to **model.Seconds, more *model.Seconds) {
		switch {
		case more == nil:
		case *to == nil:
			s := *more
			*to = &s
		default:
			**to += *more
		}
	}
	v.Waits.Turns += w.Turns
	v.Waits.HostS += w.HostS
	sum(&v.Waits.ThereS, w.ThereS)
	sum(&v.Waits.BackS, w.BackS)
}

// CaptureOf returns which capture the states of an end are told by: 0 for A, 1 for B. What it
// sends goes from there.
func (f *Flow) CaptureOf(role conn.Role) int {
	if from := f.StatesFrom; role == conn.Client && from.Client == "b" || role == conn.Server && from.Server == "b" {
		return 1
	}
	return 0
}

func (f *Flow) lost() int64 { return f.Segments.ToServer.Lost + f.Segments.ToClient.Lost }

// found takes in a finding.
func (v *Overview) found(f *Flow, found *Finding) {
	v.Severities.Count(found.Severity)
	i := slices.IndexFunc(v.Rules, func(r *RuleCount) bool { return r.Rule == found.Rule })
	if i < 0 {
		i = len(v.Rules)
		v.Rules = append(v.Rules, &RuleCount{Rule: found.Rule, Name: found.Name, Severity: found.Severity, Flow: f, Finding: found})
	}
	r := v.Rules[i]
	if r.latest != f { // a connection may have it in both directions
		r.N, r.latest = r.N+1, f
	}
	if found.Severity > r.Severity || found.Severity == r.Severity && found.weight(f) > r.Finding.weight(r.Flow) {
		r.Severity, r.Flow, r.Finding = found.Severity, f, found
	}
	if side := found.Side; side != nil && (*side == conn.Client || *side == conn.Server) {
		e := &r.sides[*side]
		if e.N++; e.N == 1 || found.weight(f) > e.Finding.weight(e.Flow) {
			e.Flow, e.Finding = f, found
		}
	}
}

// pickOther chooses the example of the other side: where it can, of the same connection.
func (r *RuleCount) pickOther() {
	side := r.Finding.Side
	if side == nil || *side != conn.Client && *side != conn.Server {
		return
	}
	e := &r.sides[side.Peer()]
	if e.N == 0 {
		return
	}
	for i := range r.Flow.Findings {
		if g := &r.Flow.Findings[i]; g.Rule == r.Rule && g.Side != nil && *g.Side == side.Peer() {
			e.Flow, e.Finding = r.Flow, g
			break
		}
	}
	r.Other = e
}

// weight is by how much a finding concerns a connection, to choose an example by.
func (g *Finding) weight(f *Flow) int64 {
	if g.Rule != "FIN604" || g.Side == nil {
		return 0
	}
	return f.Segments.Of(*g.Side).Lost
}

// Finish puts what was found in order: the gravest first, and of those what needs both captures.
func (v *Overview) Finish() {
	for _, r := range v.Rules {
		r.pickOther()
	}
	both := func(r *RuleCount) int {
		if r.Rule[:4] == "FIN6" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(v.Rules, func(a, b *RuleCount) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(both(a), both(b)), cmp.Compare(b.N, a.N), cmp.Compare(a.Rule, b.Rule))
	})
}
