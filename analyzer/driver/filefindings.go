package driver

import (
	"errors"
	"fmt"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
)

// fileFindings are what is found of a capture as a whole, not of one of its
// connections.
func fileFindings(in *input, o *Options) (out []model.FindingGroup) {
	report := func(id, message, advice string) {
		for _, r := range o.Rules {
			if r.ID == id && o.Config.Runs(r) {
				out = append(out, model.FindingGroup{
					Rule: r.ID, Name: r.Name, Severity: r.Severity, Message: message, Advice: advice,
					Examples: []model.Example{},
				})
			}
		}
	}
	var cut *capture.ReadError
	if errors.Is(in.problem, capture.ErrCutShort) && errors.As(in.problem, &cut) {
		report("FIN904", fmt.Sprintf("the capture %s is cut short in packet %d (offset %d)", in.file, cut.Packet, cut.Offset),
			"End tcpdump with SIGINT or SIGTERM, and let it write each packet at once (-U).")
	}
	if in.steps > 0 {
		times := "once"
		if in.steps > 1 {
			times = fmt.Sprintf("%d times", in.steps)
		}
		report("FIN905", fmt.Sprintf("the clock of %s steps back %s, first at packet %d", in.file, times, in.stepAt),
			"Let the capturing host's clock be slewed, not stepped, and join captures in the order of time (--join).")
	}
	if found := in.pauses; len(found) > 0 {
		g, more := found[0], ""
		if len(found) > 1 {
			more = fmt.Sprintf("; there are %d such gaps", len(found))
		}
		why := fmt.Sprintf("though %d connections were busy before, and %d of them went on right after", g.Busy, g.Back)
		if g.Suspended {
			why = "and the timestamps of a host went on from where they had been: it was suspended"
		}
		report("FIN906", fmt.Sprintf("no packet at all was captured for %s before packet %d, %s%s", model.Seconds(g.To.Sub(g.From)).Words(), g.at, why, more),
			"Take silences and states that span it for no evidence; find out whether the capture was paused or its host suspended.")
	}
	return out
}
