package pair

import (
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// A rule speaks of one capture: it leaves open what the other shows, and advises to capture
// there. Here its words become those of two captures.

// answerWords are words of a rule and what they become, where the captures show what
// they must; SIDE stands for an end.
type answerWords struct {
	rule, from, to string
	where          shown
}

// shown is what the captures show of the evidence of a finding.
type shown uint8

const (
	anything shown = iota
	lost           // some of it was lost on the way
	forged         // some of it was forged
	foreign        // something of the connection was forged that is no RST
	arrived        // nothing of it was lost or forged: the other end's own capture holds it
)

var allAnswerWords = []answerWords{
	{rule: "FIN103", where: arrived, from: "acknowledgments did not reach it", to: "the acknowledgments are in the capture of the SIDE itself, whose host ignored them"},
	{rule: "FIN103", where: arrived, from: "Look for loss, or for a firewall that drops acknowledgments, between the capture and the SIDE.", to: "Look at the SIDE's host: a packet filter drops the acknowledgments behind its capture."},
	{rule: "FIN103", from: "between the capture and the SIDE", to: "between the captures"},
	{rule: "FIN302", from: "Capture at the SIDE too, and look at the devices between.", to: "Look at the devices between the captures."},
	{rule: "FIN308", from: "Capture at the SIDE too: if it sent no RST, something on the path did; if it did, its program's log", to: "If the SIDE sent it, its program's log"},
	{rule: "FIN401", from: " Capture at the SIDE to see whether it arrives.", to: " The ladder of both captures shows which of them is lost."},
	{rule: "FIN403", from: "Capture at the SIDE to see whether the SYN,ACK reaches it; if these come", to: "The ladder of both captures shows whether the SYN,ACK reaches the SIDE; if these come"},
	{rule: "FIN203", where: foreign, from: "Give the SIDE more patience, or let the", to: "The SIDE may have closed upon what was forged between the captures (FIN602): look there first. Else let the"},
	{rule: "FIN304", where: lost, from: ": its host, or the path to it, was gone", to: ": what was sent was lost between the captures"},
	{rule: "FIN304", where: lost, from: ": the SIDE's host, or the path to it, was gone", to: ": what was sent was lost between the captures"},
	{rule: "FIN304", where: lost, from: "its host was gone, or something on the path (a firewall, a balancer, an address translation) had", to: "what was sent was lost between the captures: something there (a firewall, a balancer, an address translation) may have"},
	{rule: "FIN304", where: lost, from: "its host was gone, or the path drops", to: "the path between the captures drops"},
	{rule: "FIN304", where: lost, from: "Find out whether the SIDE's host was gone, or something on the path", to: "Look at what stands between the captures"},
	{rule: "FIN304", where: arrived, from: ": its host, or the path to it, was gone", to: ": all of it arrived at the SIDE, as its capture shows, and nothing was sent in answer"},
	{rule: "FIN304", where: arrived, from: ": the SIDE's host, or the path to it, was gone", to: ": all of them arrived at the SIDE, as its capture shows, and nothing was sent in answer"},
	{rule: "FIN304", where: arrived, from: "its host was gone, or something on the path (a firewall, a balancer, an address translation) had", to: "all of it arrived at the SIDE, as its capture shows, and nothing was sent in answer: its host was gone, or its packet filter had"},
	{rule: "FIN304", where: arrived, from: "its host was gone, or the path drops large segments (MTU)", to: "all of it arrived at the SIDE, as its capture shows, and nothing was sent in answer, though only large segments had none"},
	{rule: "FIN304", where: arrived, from: "Find out whether the SIDE's host was gone, or something on the path", to: "Look at the SIDE's host, behind its capture: its packet filter and connection tracking (nft list ruleset, conntrack -L), or a full accept queue (ss -ltn)"},
	{rule: "FIN304", where: lost, from: "if the queue is not full, capture there to see whether the SIDE's segments arrive", to: "if the queue is not full, look at what stands between the captures"},
	{rule: "FIN304", where: arrived, from: "; if the queue is not full, capture there to see whether the SIDE's segments arrive", to: ""},
	{rule: "FIN304", where: arrived, from: "its accept queue was full, or nothing of the SIDE reached it", to: "its accept queue was full"},
	{rule: "FIN305", where: forged, from: "the SIDE's host or something on the path", to: "something between the captures"},
	{rule: "FIN305", where: forged, from: "find out what forgets them", to: "look between the captures for what forgets them"},
	{rule: "FIN305", where: arrived, from: "the SIDE's host or something on the path (a balancer, a NAT gateway, a firewall)", to: "payload and RST are in the capture of the SIDE too: its own host (restarted, or its packet filter)"},
	{rule: "FIN305", where: arrived, from: "find out what forgets them", to: "look on the SIDE's host for what forgets them (uptime, conntrack -L)"},
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
		if w.rule != found.Rule || !v.shows(f, c, &found, w.where) {
			continue
		}
		for _, role := range [...]conn.Role{conn.Client, conn.Server} {
			if !strings.Contains(w.from, "SIDE") && found.Side != nil && role != *found.Side {
				continue // of them only the finding knows whose they are
			}
			side := strings.NewReplacer("SIDE", role.String())
			from, to := side.Replace(w.from), side.Replace(w.to)
			message, advice = strings.ReplaceAll(message, from, to), strings.ReplaceAll(advice, from, to)
		}
	}
	if found.Rule == "FIN304" && strings.Contains(message, "keep-alive probes of") { // they were sent, to no avail
		advice, _, _ = strings.Cut(advice, "; where that forgets")
		advice = strings.TrimSuffix(advice, ".") + "."
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

// shows reports whether the captures show something of the evidence of a finding of capture c.
func (v *views) shows(f *Flow, c int, found *model.Finding, what shown) bool {
	switch what {
	case lost:
		return v.isLost(c, found.Frames)
	case forged:
		return v.isForged(f, c, found.Frames)
	case foreign:
		return v.hasForeign()
	case arrived:
		return v.hasArrived(f, c, found)
	}
	return true
}

// isLost reports whether one of some frames of capture c was lost on the way.
func (v *views) isLost(c int, frames []int64) bool {
	return slices.ContainsFunc(v.lost(0), func(n *noted) bool { return n.holds(c, frames) }) ||
		slices.ContainsFunc(v.lost(1), func(n *noted) bool { return n.holds(c, frames) })
}

// lost returns what of a direction is told as lost.
func (v *views) lost(dir uint8) []*noted {
	list := []*noted{&v.kept.notes.lost[dir]}
	if v.missing.fateOf(Lost, true, v.kept.sender(dir)) == Lost {
		list = append(list, &v.kept.notes.weakly[dir])
	}
	return list
}

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
