package rules

import (
	"slices"

	"finwait/analyzer/model"
)

// unnamed returns the frames of a finding that the record does not name: neither its FINs
// nor their acknowledgments nor its RST, in the order of the capture.
func unnamed(r *model.Record, rule string) (frames []int64) {
	named := func(frame int64) bool {
		is := func(p *int64) bool { return p != nil && *p == frame }
		for _, fin := range [...]*model.FIN{r.FIN.Client, r.FIN.Server} {
			if fin != nil && (is(fin.Frame) || is(fin.ACKFrame)) {
				return true
			}
		}
		return r.RST != nil && r.RST.Frame == frame
	}
	for i := range r.Findings {
		if r.Findings[i].Rule == rule {
			frames = append(frames, slices.DeleteFunc(slices.Clone(r.Findings[i].Frames), named)...)
		}
	}
	slices.Sort(frames)
	return frames
}

// frameRace names the evidence of FIN207 that the record does not: the request, and an RST
// behind it that is not the one that the record has.
func frameRace(r *model.Record, frame int64) string {
	switch slices.Index(unnamed(r, "FIN207"), frame) {
	case 0:
		return "request"
	case 1:
		return "RST"
	}
	return ""
}

// frameLate names the evidence of FIN203 that the record does not.
func frameLate(r *model.Record, frame int64) string {
	if frames := unnamed(r, "FIN203"); len(frames) == 1 && frames[0] == frame {
		return "late response"
	}
	return ""
}

// frameIdle names the evidence of FIN206 that the record does not: what was said before the
// silence, and a close_notify behind it.
func frameIdle(r *model.Record, frame int64) string {
	switch slices.Index(unnamed(r, "FIN206"), frame) {
	case 0:
		return "last payload"
	case 1:
		return "close_notify"
	}
	return ""
}
