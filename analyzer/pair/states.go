package pair

import (
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// states fills in those of an end, from its own capture and by A's clock. Of the time that
// this one does not cover the other one tells, as far as the other end's segments show it.
func (v *views) states(f *Flow, role conn.Role, o *Offset, m *Missing) {
	c := v.own(role)
	*of(&f.StatesFrom, role) = [...]string{"a", "b"}[c]
	out := v.staysOf(c, role, o)
	if v.records[1-c] != nil {
		more := v.staysOf(1-c, role, o)
		if v.records[c].Caveats.Has(conn.MidStreamStart) {
			out = early(out, more)
		}
		out = late(out, more, m.Ends[c])
	}
	*of(&f.States, role) = out
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

// early returns the states of more before the first of list, which began before its capture,
// and list from when that state began.
func early(list, more []model.Stay) []model.Stay {
	for len(list) > 0 && list[0].State == tcpstate.Unknown {
		list = list[1:]
	}
	if len(list) == 0 {
		return elsewhere(more)
	}
	i := slices.IndexFunc(more, func(s model.Stay) bool { return s.State == list[0].State })
	if i < 0 || more[i].State == tcpstate.Unknown || more[i].Since >= list[0].Since || i == 0 && more[0].Bound == conn.AtLeast {
		return list
	}
	list[0].DurationS += model.Seconds(list[0].Since.Sub(more[i].Since))
	list[0].Since, list[0].Frame = more[i].Since, 0
	if list[0].Bound == conn.AtLeast && !list[0].Open {
		list[0].Bound = conn.ExactBound
	}
	return append(elsewhere(more[:i:i]), list...) // more is looked at again
}

// late returns list with the states of more that began behind the end of its capture, where
// the last of list was still open.
func late(list, more []model.Stay, ended model.Time) []model.Stay {
	if len(list) == 0 || !list[len(list)-1].Open {
		return list
	}
	end := &list[len(list)-1]
	i := slices.IndexFunc(more, func(s model.Stay) bool { return s.Since > max(ended, end.Since) && s.State != end.State })
	if i < 0 || more[i].State == tcpstate.Unknown {
		return list
	}
	end.DurationS, end.Open = model.Seconds(more[i].Since.Sub(end.Since)), false
	if end.Bound == conn.AtLeast && end.State != tcpstate.Unknown {
		end.Bound = conn.ExactBound
	}
	return append(list, elsewhere(more[i:])...)
}

// elsewhere returns states without their frames, which are the other capture's.
func elsewhere(list []model.Stay) []model.Stay {
	for i := range list {
		list[i].Frame, list[i].File = 0, ""
	}
	return list
}
