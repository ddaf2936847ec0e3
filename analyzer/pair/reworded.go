package pair

import (
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// A rule speaks of one capture: it leaves open what the other shows, and advises to capture
// there. Here its words become those of two captures.

// answerWords are words of a rule and what they become; SIDE stands for an end. Where
// lost or forged is set they do so only where the evidence was lost or forged, where foreign
// is set only where something was forged that is no RST.
type answerWords struct {
	rule, from, to        string
	lost, forged, foreign bool
}

var allAnswerWords = []answerWords{
	{rule: "FIN103", from: "between the capture and the SIDE", to: "between the captures"},
	{rule: "FIN302", from: "Capture at the SIDE too, and look at the devices between.", to: "Look at the devices between the captures."},
	{rule: "FIN308", from: "Capture at the SIDE too: if it sent no RST, something on the path did; if it did, its program's log", to: "If the SIDE sent it, its program's log"},
	{rule: "FIN401", from: " Capture at the SIDE to see whether it arrives.", to: " The ladder of both captures shows which of them is lost."},
	{rule: "FIN403", from: "Capture at the SIDE to see whether the SYN,ACK reaches it; if these come", to: "The ladder of both captures shows whether the SYN,ACK reaches the SIDE; if these come"},
	{rule: "FIN203", foreign: true, from: "Give the SIDE more patience, or let the", to: "The SIDE may have closed upon what was forged between the captures (FIN602): look there first. Else let the"},
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
	if found.Rule == "FIN401" || found.Rule == "FIN403" {
		if words, look := f.openingFate(); words != "" {
			message += words
			if strings.Contains(advice, "Capture at the ") { // else it is of an ICMP error
				advice = look
			}
		}
	}
	for i := range allAnswerWords {
		w := &allAnswerWords[i]
		if w.rule != found.Rule || w.foreign && !v.hasForeign() || w.lost && !v.isLost(c, found.Frames) || w.forged && !v.isForged(f, c, found.Frames) {
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

// openingFate says which of SYN and SYN,ACK was lost where no handshake came about, and where
// to look; "" where that is not known.
func (f *Flow) openingFate() (words, advice string) {
	syn, answer := &f.Segments.ToServer, &f.Segments.ToClient
	switch {
	case syn.Lost > 0 && syn.Delivered == 0 && answer.Sent() == 0:
		return "; the network lost " + counted(syn.Lost, "the SYN", "SYNs") + " on the way to the server, and none arrived",
			"Look for what drops SYNs between the captures, on the way to the server: a firewall, a wrong route."
	case answer.Lost > 0 && answer.Delivered == 0:
		words = "; the server answered, and the network lost " + counted(answer.Lost, "the SYN,ACK", "SYN,ACKs") + " on the way to the client"
		if syn.Lost > 0 {
			words += ", and " + counted(syn.Lost, "a SYN", "SYNs") + " on the way to the server"
		}
		return words, "Look for what drops SYN,ACKs between the captures, on the way to the client: a firewall that did not see the SYN, a way back that differs from the way there."
	case syn.Delivered > 0 && answer.All() == 0:
		return "; a SYN arrived, and the server sent no answer", "Look at the server: a full accept queue (ss -ltn), or its own packet filter."
	}
	return "", ""
}

// hasForeign reports whether something was forged that is no RST.
func (v *views) hasForeign() bool { return v.kept.notes.foreign[0].n+v.kept.notes.foreign[1].n > 0 }

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
