package driver

import (
	"cmp"
	"slices"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/frame"
)

// pause is the latest silence of a capture that may be a gap.
type pause struct {
	in *input
	at int          // the first packet after it
	to capture.Time // the time of that
}

// gap is a gap and the first packet after it.
type gap struct {
	reassembly.Gap
	at int
}

const mostGaps = 64 // of a file that are remembered with their packets

// gap takes in that the latest silence was a gap.
func (a *analysis) gap(g reassembly.Gap) {
	if in := a.paused.in; in != nil && a.paused.to == g.To && len(in.pauses) < mostGaps {
		in.pauses = append(in.pauses, gap{g, a.paused.at})
	}
	a.found = append(a.found, g.Gap)
}

// gaps returns the gaps of the capture that this one was taken from.
func (in *input) gaps() ([]frame.Gap, bool) {
	info := &in.info
	if in.reader != nil {
		now := in.reader.Info()
		info = &now
	}
	return info.Gaps, info.HasGaps
}

// gaps returns those of all captures, where each tells its own: a gap of one of them in which
// another one was captured is none of the whole.
func (m *merge) gaps() (all []frame.Gap, ok bool) {
	told := make([][]frame.Gap, len(m.inputs))
	for i, in := range m.inputs {
		if told[i], ok = in.gaps(); !ok {
			return nil, false
		}
	}
	for i := range m.inputs {
		for _, g := range told[i] {
			all = append(all, m.common(g, i, told)...)
		}
	}
	slices.SortFunc(all, func(a, b frame.Gap) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	n := 0
	for _, g := range all {
		if n > 0 && g.From <= all[n-1].To {
			all[n-1].To = max(all[n-1].To, g.To)
			continue
		}
		all[n] = g
		n++
	}
	return all[:n], true
}

// common returns what is left of a gap of file i when those are asked that were captured
// meanwhile.
func (m *merge) common(g frame.Gap, i int, of [][]frame.Gap) []frame.Gap {
	left := []frame.Gap{g}
	for j, in := range m.inputs {
		until, known := in.until()
		if j == i || !known || m.begins[j] > g.From || until < g.To {
			continue
		}
		var both []frame.Gap
		for _, a := range left {
			next, _ := slices.BinarySearchFunc(of[j], a.From+1, func(b frame.Gap, from frame.Time) int { return cmp.Compare(b.To, from) })
			for _, b := range of[j][next:] { // in order, none reaches into another
				if b.From >= a.To {
					break
				}
				both = append(both, frame.Gap{From: max(a.From, b.From), To: min(a.To, b.To)})
			}
		}
		left = both
	}
	return left
}
