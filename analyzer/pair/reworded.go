package pair

import (
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// A rule speaks of one capture: it leaves open what the other shows, and advises to capture
// there. Here its words become those of two captures.

// answerWords are words of a rule and what they become; SIDE stands for an end. Where
// lost or forged is set they do so only where the evidence was lost or forged.
type answerWords struct {
	rule, from, to string
	lost, forged   bool
}

var allAnswerWords = []answerWords{
	{rule: "FIN103", from: "between the capture and the SIDE", to: "between the captures"},
	{rule: "FIN302", from: "Capture at the SIDE too, and look at the devices between.", to: "Look at the devices between the captures."},
	{rule: "FIN308", from: "Capture at the SIDE too: if it sent no RST, something on the path did; if it did, its program's log", to: "If the SIDE sent it, its program's log"},
	{rule: "FIN401", from: " Capture at the SIDE to see whether it arrives.", to: " The ladder of both captures shows which of them is lost."},
	{rule: "FIN403", from: "Capture at the SIDE to see whether the SYN,ACK reaches it; if these come", to: "The ladder of both captures shows whether the SYN,ACK reaches the SIDE; if these come"},
	{rule: "FIN304", lost: true, from: "its host, or the path to it, was gone", to: "what was sent was lost between the captures"},
	{rule: "FIN304", lost: true, from: "Find out whether the SIDE's host was gone, or something on the path; where that", to: "Look at what stands between the captures; where that"},
	{rule: "FIN305", forged: true, from: "the SIDE's host or something on the path", to: "something between the captures"},
}

// reworded returns what a rule found in capture c in the words of both captures.
func (v *views) reworded(f *Flow, c int, found model.Finding) model.Finding {
	if v.records[1-c] == nil && f.Segments.ToServer.Lost+f.Segments.ToClient.Lost == 0 {
		return found
	}
	message, advice := found.Message.String(), found.Advice.String()
	for i := range allAnswerWords {
		w := &allAnswerWords[i]
		if w.rule != found.Rule || w.lost && !v.isLost(c, found.Frames) || w.forged && !v.isForged(f, c, found.Frames) {
			continue
		}
		for _, role := range [...]conn.Role{conn.Client, conn.Server} {
			side := strings.NewReplacer("SIDE", role.String())
			from, to := side.Replace(w.from), side.Replace(w.to)
			message, advice = strings.ReplaceAll(message, from, to), strings.ReplaceAll(advice, from, to)
		}
	}
	found.Message, found.Advice = model.TextOf(message), model.TextOf(advice)
	return found
}

// isLost reports whether one of some frames of capture c was lost on the way.
func (v *views) isLost(c int, frames []int64) bool { return among(&v.kept.notes.lost, c, frames) }

// isForged reports whether one of some frames of capture c is told as forged.
func (v *views) isForged(f *Flow, c int, frames []int64) bool {
	return f.Segments.ToServer.Forged+f.Segments.ToClient.Forged > 0 && among(&v.kept.notes.forged, c, frames)
}

// neverLearnt reports whether an end sent a FIN of which no copy arrived, though it was
// sent while both captures ran.
func (v *views) neverLearnt() bool {
	for dir := range v.kept.notes.fins {
		if v.kept.notes.fins[dir].n > 0 && v.kept.fins.came[dir] == 0 {
			return true
		}
	}
	return false
}
