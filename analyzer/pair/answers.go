package pair

import (
	"slices"
	"strings"
	"sync"

	"finwait/analyzer/model"
	"finwait/analyzer/rules"
	"finwait/reassembly/conn"
)

// What one capture leaves in doubt the other may answer: whether a segment arrived, and
// when. A finding that it refutes is withdrawn; one that it confirms loses its doubt.

// ruleOf returns a rule by its ID; nil where it is none of finwait's own.
func ruleOf(id string) *model.Rule { return ruleIndex()[id] }

var ruleIndex = sync.OnceValue(func() map[string]*model.Rule {
	index := map[string]*model.Rule{}
	for _, r := range rules.All {
		index[r.ID] = r
	}
	return index
})

// undermined returns the caveats of a capture's record that undermine a rule.
func (v *views) undermined(c int, id string) (list conn.Caveats) {
	rule := ruleOf(id)
	if rule == nil || v.records[c] == nil {
		return 0
	}
	for _, d := range rule.Doubts {
		list |= d.Caveat & v.records[c].Caveats
	}
	return list
}

// reports reports whether a rule found something in a capture.
func (v *views) reports(c int, id string) bool {
	r := v.records[c]
	return r != nil && slices.ContainsFunc(r.Findings, func(f model.Finding) bool { return f.Rule == id })
}

// refuted reports whether the other capture refutes what a rule found in capture c.
func (v *views) refuted(f *Flow, c int, found *model.Finding) bool {
	if v.records[1-c] == nil && found.Rule != "FIN402" {
		return false
	}
	switch id := found.Rule; id {
	case "FIN101": // a FIN is missing
		return v.neverLearnt() || v.fin(conn.Client) && v.fin(conn.Server) || v.records[c].RST == nil && v.records[1-c].RST != nil
	case "FIN102": // both are, and there was no RST
		return v.fin(conn.Client) || v.fin(conn.Server) || v.records[1-c].RST != nil
	case "FIN202": // its side's is
		return found.Side != nil && v.fin(v.in(c, *found.Side))
	case "FIN103": // one that did not arrive is FIN601, and behind what was forged nothing is acknowledged
		return v.neverLearnt() || v.copied(c, found) || f.Segments.ToServer.Forged+f.Segments.ToClient.Forged > 0 &&
			v.hasForeign()
	case "FIN402": // who refused is not the server
		return v.isForged(f, c, found.Frames)
	case "FIN302":
		return v.sentByItsEnd(c, found)
	case "FIN305": // its end had reset it before, and that was lost: FIN603
		return v.resetBefore(c, found)
	case "FIN206":
		return v.lostInSilence(c, found)
	case "FIN308": // nothing says why
		return v.bothHold(c, found.Frames) && !v.reports(1-c, id) && v.explains(1-c)
	case "FIN303": // the SYN that an end in TIME-WAIT is said to have ignored did not reach it
		return found.Severity > model.Info && v.kept.notes.syns[v.client].n > 0 && !v.reports(1-c, id)
	default:
		return v.undermined(c, id) != 0 && v.seesMore(f, 1-c) && !v.reports(1-c, id)
	}
}

// copied reports whether the FIN that a finding of capture c calls repeated was sent once:
// the network made the copy, and the capture of its end shows none.
func (v *views) copied(c int, found *model.Finding) bool {
	if found.Side == nil || !among(&v.kept.notes.copies, c, found.Frames) {
		return false
	}
	role := v.in(c, *found.Side)
	own := v.own(role)
	return own != c && !slices.ContainsFunc(v.records[own].Findings, func(o model.Finding) bool {
		return o.Rule == found.Rule && o.Side != nil && v.in(own, *o.Side) == role
	})
}

// explains reports whether a rule found in a capture why the connection was reset.
func (v *views) explains(c int) bool {
	return slices.ContainsFunc(v.records[c].Findings, func(f model.Finding) bool {
		return strings.HasPrefix(f.Rule, "FIN2") || strings.HasPrefix(f.Rule, "FIN3") && f.Rule != "FIN308"
	})
}

// sentByItsEnd reports whether the reset that a finding of capture c is about was sent by
// the end in whose name it is: that end's own capture holds it, and finds nothing wrong.
func (v *views) sentByItsEnd(c int, found *model.Finding) bool {
	if found.Side == nil || v.own(v.in(c, *found.Side)) == c || v.reports(1-c, found.Rule) {
		return false
	}
	return v.bothHold(c, found.Frames)
}

// bothHold reports whether one of some frames of capture c is a reset that both captures
// hold.
func (v *views) bothHold(c int, frames []int64) bool {
	return among(&v.kept.notes.sent, c, frames)
}

// among reports whether one of some frames of capture c is noted.
func among(list *[2]noted, c int, frames []int64) bool {
	return list[0].holds(c, frames) || list[1].holds(c, frames)
}

// holds reports whether one of some frames of capture c is noted.
func (n *noted) holds(c int, frames []int64) bool {
	return slices.ContainsFunc(n.first, func(r row) bool { return r.frames[c] != 0 && slices.Contains(frames, int64(r.frames[c])) })
}

// What a capture may lack of a connection.
const lacking = conn.CaptureGap | conn.MidStreamStart | conn.CaptureEnd | conn.OneDirection | conn.PacketsMissing | conn.ControlOnly | conn.Evicted

// seesMore reports whether a capture holds all of a connection that the other does, and
// nothing but captures makes them differ.
func (v *views) seesMore(f *Flow, c int) bool {
	a, b := &f.Segments.ToServer, &f.Segments.ToClient
	return a.Lost+a.Forged+a.Unknown+b.Lost+b.Forged+b.Unknown == 0 && v.kept.flows[0].lacks[c]+v.kept.flows[1].lacks[c] == 0 &&
		v.records[c].Caveats&^v.records[1-c].Caveats&lacking == 0
}

// confirmed returns a finding without the doubts that are appended to its message.
func confirmed(found model.Finding) model.Finding {
	rule := ruleOf(found.Rule)
	words := found.Message.String()
	for _, d := range slices.Backward(rule.Doubts) {
		if tail := "; " + d.Why; !d.Withhold && len(words) > len(tail) && words[len(words)-len(tail):] == tail {
			words = words[:len(words)-len(tail)]
			found.Severity = min(found.Severity+1, rule.Severity)
		}
	}
	found.Message = model.TextOf(words)
	return found
}

// answered returns what a rule found in capture c as both captures let it stand; ok is
// false where it does not.
func (v *views) answered(f *Flow, c int, found *model.Finding) (out model.Finding, ok bool) {
	switch {
	case v.refuted(f, c, found):
		return out, false
	case found.Rule == "FIN302" && among(&v.kept.notes.forged, c, found.Frames):
		return v.reworded(f, c, confirmed(*found)), true
	case found.Rule == "FIN901":
		return v.lacking(c, *found), true
	}
	return v.reworded(f, c, *found), true
}
