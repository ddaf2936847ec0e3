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

// framesAre returns what calls the evidence of a rule that the record does not name by these
// words, in the order of the capture.
func framesAre(rule string, words ...string) func(r *model.Record, frame int64) string {
	return func(r *model.Record, frame int64) string {
		if i := slices.Index(unnamed(r, rule), frame); i >= 0 && i < len(words) {
			return words[i]
		}
		return ""
	}
}

// frameLate names the evidence of FIN203 that the record does not.
func frameLate(r *model.Record, frame int64) string {
	if frames := unnamed(r, "FIN203"); len(frames) == 1 && frames[0] == frame {
		return "late response"
	}
	return ""
}
