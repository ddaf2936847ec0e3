package pair

import (
	"fmt"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// spurious is FIN606.
func (v *views) spurious(list []Finding, role conn.Role, f *Flow, m *Missing) []Finding {
	dir, all := v.dirOf(role), &v.kept.notes
	plain, ignored, unheard, early, overtaken := &all.spurious[dir], &all.ignored[dir], &all.unheard[dir], &all.early[dir], &all.overtaken[dir]
	n := plain.n + ignored.n + unheard.n + early.n + overtaken.n
	if n == 0 {
		return list
	}
	words := fmt.Sprintf("the %s sent %s again that had arrived", role, counted(n, "a segment", "segments"))
	advice, between := "", ": "
	add := func(count int64, why, look string) {
		if words += between; count < n {
			words += fmt.Sprintf("for %d, ", count)
		}
		if words, between = words+why, "; "; advice == "" {
			advice = look
		}
	}
	lost := unheard.sure(m.fateOf(Lost, true, 1-v.kept.sender(dir)) == Lost)
	if overtaken.n > 0 {
		advice = fmt.Sprintf("Look for what reorders packets on the way %s: links that share the load packet by packet, queues of several processors.", fromTo(role))
	}
	if lost > 0 {
		add(lost, answerWas(unheard.first, lost)+fmt.Sprintf(" lost on the way %s, not the payload", fromTo(role.Peer())),
			fmt.Sprintf("Nothing need be done about the way %s; look at the way %s.", fromTo(role), fromTo(role.Peer())))
	}
	if overtaken.n > 0 {
		add(overtaken.n, "the first was overtaken by what was sent after it, and taken for lost", "")
	}
	if ignored.n > 0 {
		add(ignored.n, fmt.Sprintf("its acknowledgment had reached the %s before", role), ignoredAdvice(role, ignored))
	}
	if early.n > 0 {
		add(early.n, answerWas(early.first, early.n)+" still on its way"+f.tooEarly(overtaken.n > 0),
			"Nothing of it was lost: where it is frequent, look for what holds segments up between the captures (queues), either way.")
	}
	if rest := plain.n + unheard.n - lost; rest > 0 {
		add(rest, fmt.Sprintf("no ACK of the %s for it is known from before the copy came", role.Peer()),
			fmt.Sprintf("Nothing need be done about the way %s: the %s's host had it.", fromTo(role), role.Peer()))
	}
	return append(list, v.of("FIN606", &role, words, advice, unheard, overtaken, ignored, early, plain))
}

// fromTo names the way of what a role sends.
func fromTo(r conn.Role) string { return fmt.Sprintf("from the %s to the %s", r, r.Peer()) }

// ignoredAdvice says where to look where an end repeats what was acknowledged to it.
func ignoredAdvice(role conn.Role, n *noted) string {
	const accept = "the accept queue of its listener is full (ss -ltn: Recv-Q above Send-Q; nstat -az TcpExtListenOverflows), or "
	queue := ""
	if role == conn.Server && slices.ContainsFunc(n.first, func(r row) bool { return r.flags.Has(segment.SYN) }) {
		queue = accept
	}
	return fmt.Sprintf("The path lost nothing of it. Look at the %s's host, which did not take in what arrived there: %sa packet filter drops it behind the capture.", role, queue)
}

// answerWas begins to say what became of what acknowledges segments.
func answerWas(list []row, n int64) string {
	switch {
	case slices.ContainsFunc(list, func(r row) bool { return !r.flags.Has(segment.SYN) || r.flags.Has(segment.ACK) }):
		return "its ACK was"
	case n == 1:
		return "its SYN,ACK was"
	}
	return "the SYN,ACK was"
}

// tooEarly says why a sender did not wait for an acknowledgment that was under way: where
// nothing is lost, copied or overtaken that may be another cause.
func (f *Flow) tooEarly(overtaken bool) string {
	most := model.Seconds(0)
	for _, role := range [...]conn.Role{conn.Client, conn.Server} {
		if c := f.Segments.Of(role); c.Lost+c.Duplicated+c.Forged > 0 {
			return ""
		}
		if d := *f.DelayS.Of(role); d.Unsteady() {
			most = max(most, d.Max)
		}
	}
	switch {
	case most > 0:
		return ": the path held segments up, for as long as " + most.Words()
	case overtaken:
		return ""
	}
	return ": the timer was too short for the path"
}

// Unsteady reports whether some segments were on their way much longer than others.
func (d *Delays) Unsteady() bool {
	const much, some = 3, model.Seconds(5 * time.Millisecond)
	return d != nil && d.Max > much*d.P50 && d.Max-d.P50 > some
}
