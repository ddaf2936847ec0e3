package driver

import (
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

// gaps returns those of all captures; ok is false where one of them does not tell.
func (m *merge) gaps() (all []frame.Gap, ok bool) {
	for _, in := range m.inputs {
		list, told := in.gaps()
		if !told {
			return nil, false
		}
		all = append(all, list...)
	}
	return all, len(m.inputs) == 1
}
