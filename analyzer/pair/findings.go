package pair

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/rules"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// findings returns what the rules say of a connection: those of each capture, and those
// that need both.
func (v *views) findings(f *Flow, o *Offset, m *Missing) []Finding {
	list := []Finding{}
	for c, r := range v.records {
		if r == nil {
			continue
		}
		for i := range r.Findings {
			if id := r.Findings[i].Rule; id == "FIN903" && f.Segments.ToServer.Duplicated+f.Segments.ToClient.Duplicated > 0 {
				continue // the network made the copies
			}
			if found, ok := v.answered(f, c, &r.Findings[i]); ok {
				list = v.merge(list, c, &found)
			}
		}
	}
	for _, role := range [...]conn.Role{conn.Client, conn.Server} {
		list = v.finLost(list, role, o)
		list = v.resets(list, role, m)
		list = v.pathLoss(list, role, f)
		list = v.spurious(list, role, f, m)
	}
	if f.Translated {
		list = append(list, v.of("FIN605", nil, translatedWords(f), "Look for a connection by both of its names: that of the first capture and that of the second."))
	}
	if slices.ContainsFunc(list, func(f Finding) bool { return f.Rule == "FIN602" }) { // that explains it
		list = slices.DeleteFunc(list, func(f Finding) bool { return f.Rule == "FIN308" })
	}
	slices.SortStableFunc(list, func(a, b Finding) int { return cmp.Compare(a.Rule, b.Rule) })
	return list
}

// merge adds the finding of a record, to that of the other record where both found it.
func (v *views) merge(list []Finding, c int, f *model.Finding) []Finding {
	var side *conn.Role
	if f.Side != nil {
		side = &roles[v.in(c, *f.Side)]
	}
	frames := slices.Clone(f.Frames)
	for i := range list {
		g := &list[i]
		if c == 1 && g.Rule == f.Rule && f.Rule != "FIN901" && // it is of one capture
			len(g.BFrames) == 0 && (g.Side == nil) == (side == nil) && (side == nil || *g.Side == *side) {
			g.BFrames = frames
			a, b := v.undermined(0, f.Rule), v.undermined(1, f.Rule)
			if a != 0 && b == 0 || (a == 0) == (b == 0) && (g.Severity < f.Severity || side != nil && v.own(*side) == 1) {
				g.Severity, g.Message, g.Advice, g.DurationS, g.Bound = f.Severity, f.Message, f.Advice, f.DurationS, f.Bound
			}
			return list
		}
	}
	out := Finding{
		Rule: f.Rule, Name: f.Name, Severity: f.Severity, Message: f.Message, Side: side, AFrames: []int64{}, BFrames: []int64{},
		DurationS: f.DurationS, Bound: f.Bound, Advice: f.Advice,
	}
	*[2]*[]int64{&out.AFrames, &out.BFrames}[c] = frames
	return append(list, out)
}

// of returns a finding of a rule that needs both captures.
func (v *views) of(id string, side *conn.Role, message, advice string, evidence ...*noted) Finding {
	i := slices.IndexFunc(rules.All, func(r *model.Rule) bool { return r.ID == id })
	r := rules.All[i]
	f := Finding{
		Rule: id, Name: r.Name, Severity: r.Severity, Message: model.TextOf(message), Side: side,
		AFrames: []int64{}, BFrames: []int64{}, Advice: model.TextOf(advice),
	}
	for _, n := range evidence {
		f.AFrames, f.BFrames = append(f.AFrames, n.frames(0)...), append(f.BFrames, n.frames(1)...)
	}
	return f
}

func (f *Finding) setDuration(d time.Duration, b conn.Bound) {
	s := model.Seconds(d)
	f.DurationS, f.Bound = &s, &b
}

// finLost is FIN601.
func (v *views) finLost(list []Finding, role conn.Role, o *Offset) []Finding {
	dir := v.dirOf(role)
	n := &v.kept.notes.fins[dir]
	if n.n == 0 {
		return list
	}
	sent, came := v.kept.fins.sent[dir], v.kept.fins.came[dir]
	words := fmt.Sprintf("the FIN of the %s was lost on the way to the %s%s", role, role.Peer(), times(n.n))
	f := v.of("FIN601", &role, "", "", n)
	if came != 0 {
		if c := v.kept.sender(dir); c == 0 {
			came -= o.OfB(came)
		} else {
			sent -= o.OfB(sent)
		}
		took := max(came.Sub(sent), 0)
		f.setDuration(took, conn.ExactBound)
		words += fmt.Sprintf("; the %s learnt of the close %s after it was sent", role.Peer(), model.Seconds(took).Words())
	} else {
		words += fmt.Sprintf("; no copy of it arrived: the %s never learnt of the close", role.Peer())
	}
	f.Message = model.TextOf(words)
	f.Advice = model.TextOf("Look for what drops packets on that way: the hosts did what they should.")
	return append(list, f)
}

// resets is FIN602 and FIN603.
func (v *views) resets(list []Finding, role conn.Role, m *Missing) []Finding {
	dir := v.dirOf(role)
	sender := v.kept.sender(dir)
	if n := &v.kept.notes.forged[dir]; n.sure(m.fateOf(Forged, true, sender) == Forged) > 0 {
		words := fmt.Sprintf("%s in the name of the %s reached the %s, and the %s never sent %s",
			counted(n.n, "an RST", "RSTs"), role, role.Peer(), role, it(n.n))
		f := v.of("FIN602", &role, words, "Something between the captures resets connections: a firewall, an intrusion prevention system, a balancer. Ask it for its log.", n)
		list = append(list, f)
	}
	if n := &v.kept.notes.foreign[dir]; n.sure(m.fateOf(Forged, true, sender) == Forged) > 0 {
		words := fmt.Sprintf("%s in the name of the %s reached the %s, and the %s never sent %s",
			counted(n.n, n.first[0].kind(), "forged segments"), role, role.Peer(), role, it(n.n))
		list = append(list, v.of("FIN602", &role, words, "Something between the captures speaks for hosts: a firewall, an intrusion prevention system, a cache, a balancer. Ask it for its log.", n))
	}
	if n := &v.kept.notes.resets[dir]; n.sure(m.fateOf(Lost, true, sender) == Lost) > 0 {
		words := fmt.Sprintf("%s of the %s did not reach the %s, which still took the connection for open", counted(n.n, "an RST", "RSTs"), role, role.Peer())
		list = append(list, v.of("FIN603", &role, words, "Look for what drops RSTs on that way: rate limits, connection tracking that calls them invalid.", n))
	}
	return list
}

// pathLoss is FIN604.
func (v *views) pathLoss(list []Finding, role conn.Role, f *Flow) []Finding {
	c := f.Segments.Of(role)
	if c.Lost == 0 {
		return list
	}
	dir := v.dirOf(role)
	words := fmt.Sprintf("%s from the %s to the %s lost between the captures, of %d (%s)",
		counted(c.Lost, "1 segment", "segments"), role, was(role.Peer(), c.Lost), c.Sent(), percent(c.Lost, c.Sent()))
	out := v.of("FIN604", &role, words, "The loss is between the two places that were captured, in that direction: look at the devices and links there.", v.lost(dir)...)
	slices.Sort(out.AFrames)
	slices.Sort(out.BFrames)
	return append(list, out)
}

func translatedWords(f *Flow) string {
	return fmt.Sprintf("addresses are translated between the captures: %s to %s in the first is %s to %s in the second",
		f.A.Client.AddrPort(), f.A.Server.AddrPort(), f.B.Client.AddrPort(), f.B.Server.AddrPort())
}

// kind names a segment by what it does.
func (r *row) kind() string {
	switch {
	case r.flags.Has(segment.SYN | segment.ACK):
		return "a SYN,ACK"
	case r.flags.Has(segment.SYN):
		return "a SYN"
	case r.flags.Has(segment.FIN):
		return "a FIN"
	case r.len > 0:
		return "payload"
	}
	return "an ACK"
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func it(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func was(to conn.Role, n int64) string {
	if n == 1 {
		return to.String() + " was"
	}
	return to.String() + " were"
}

func times(n int64) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" %d times", n)
}

// percent words a share.
func percent(n, of int64) string {
	if of == 0 {
		return "0 %"
	}
	share := 100 * float64(n) / float64(of)
	if share >= 10 {
		return fmt.Sprintf("%.0f %%", share)
	}
	return fmt.Sprintf("%.2g %%", share)
}
