package pair

import (
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// states fills in those of an end, by A's clock: from its own capture, or from both where one
// lacks something.
func (v *views) states(f *Flow, role conn.Role, o *Offset) {
	c := v.own(role)
	*of(&f.StatesFrom, role) = [...]string{"a", "b"}[c]
	out := v.staysOf(c, role, o)
	if both := v.kept.states[v.dirOf(role)]; len(both) > 0 && v.records[1-c] != nil {
		out = merged(slices.Clone(both), out, v.staysOf(1-c, role, o))
	}
	*of(&f.States, role) = out
}

// merged returns the states by both captures. The frames are those of own; the last state lasts
// as long as either capture observed it.
func merged(both, own, other []model.Stay) []model.Stay {
	for i := range both {
		s := &both[i]
		if j := slices.IndexFunc(own, func(o model.Stay) bool { return o.State == s.State }); j >= 0 {
			s.Frame, s.File = own[j].Frame, own[j].File
		}
	}
	last := &both[len(both)-1]
	for _, list := range [...][]model.Stay{own, other} {
		if end := list[len(list)-1]; last.Open && end.Open {
			last.DurationS = max(last.DurationS, end.DurationS+model.Seconds(end.Since.Sub(last.Since)))
		}
	}
	return both
}

// staysOf returns the states of an end by capture c.
func (v *views) staysOf(c int, role conn.Role, o *Offset) []model.Stay {
	out := slices.Clone(*of(&v.records[c].States, v.in(c, role)))
	if c == 1 {
		for i := range out {
			out[i].Since -= o.OfB(out[i].Since)
		}
	}
	return out
}
