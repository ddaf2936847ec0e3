package tally

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// A proxy has two connections for one exchange: one leg to its client, one to the server behind
// it. Where a capture holds both, the end of one leg may be the cause of what is found on the
// other. Who captured cannot know that they belong together; time, host and the amount of
// payload make it likely.

// leg is a connection as far as it may be one of a pair.
type leg struct {
	began, ended   model.Time // ended with its first FIN, or the RST
	closer         conn.Role  // first
	client, server model.Endpoint
	asked          int64 // payload of the client
	stream         uint32
}

// legs finds pairs among the connections that became final about together.
type legs struct {
	recent  []leg // the latest, as a ring
	n       int
	waiting []waitingLeg // those with a finding, of which the other leg may still come
}

// waitingLeg is a connection on which something was found.
type waitingLeg struct {
	leg
	at    place
	rules []string
}

const (
	recentLegs  = 256
	waitingLegs = 64
	legDelay    = 50 * time.Millisecond // from the end of one leg to that of the other
)

// passedOn are the rules whose findings the end of another leg may explain: one side of the
// connection ended it, for a reason that does not show on it.
var passedOn = map[string]bool{"FIN201": true, "FIN203": true, "FIN211": true, "FIN301": true, "FIN307": true, "FIN308": true}

// otherLeg is what a group of findings knows of other legs.
type otherLeg struct {
	connections int64  // that have one
	at          place  // of the first of them
	words       string // of the other leg of that
}

// legOf returns r as a leg; false where nobody closed it first.
func legOf(r *model.Record) (l leg, ok bool) {
	ended := closedAt(r)
	if r.FirstCloser == nil || *r.FirstCloser > conn.Server || ended == nil {
		return l, false
	}
	return leg{
		began: r.First.Time, ended: *ended, closer: *r.FirstCloser, client: r.Client, server: r.Server,
		asked: r.PayloadBytes.Client, stream: r.Stream,
	}, true
}

// add takes in a connection, and tells the groups of g what its end may explain, or be
// explained by.
func (l *legs) add(r *model.Record, g *findingGroups) {
	own, ok := legOf(r)
	if !ok {
		return
	}
	for i := 0; i < len(l.waiting); i++ {
		if w := &l.waiting[i]; own.explains(&w.leg) {
			g.tellLeg(w, &own)
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			i--
		}
	}
	if rules := g.open(r); len(rules) > 0 {
		l.find(&waitingLeg{own, place{g.files, r.Stream, r.First.Frame}, rules}, g)
	}
	if len(l.recent) < recentLegs {
		l.recent = append(l.recent, own)
	} else {
		l.recent[l.n%recentLegs] = own
	}
	l.n++
}

// find looks for the other leg of w, or lets it wait for that.
func (l *legs) find(w *waitingLeg, g *findingGroups) {
	for i := range l.recent {
		if o := &l.recent[(l.n+len(l.recent)-1-i)%len(l.recent)]; o.explains(&w.leg) {
			g.tellLeg(w, o)
			return
		}
	}
	if len(l.waiting) == waitingLegs {
		l.waiting = append(l.waiting[:0], l.waiting[1:]...)
	}
	l.waiting = append(l.waiting, *w)
}

// explains reports whether the end of l may be why a host ended o: its far end closed l, and
// the host between both closed o right after that.
func (l *leg) explains(o *leg) bool {
	delay := o.ended.Sub(l.ended)
	if l.closer != o.closer || delay < 0 || delay > legDelay || l.server == o.server || o.began > l.ended {
		return false
	}
	between := l.server.IP == o.client.IP // l's client left, and the host left its server
	if l.closer == conn.Server {
		between = l.client.IP == o.server.IP // l's server left, and the host left its client
	}
	const headers = 2000 // octets that a proxy may add or take away
	few, many := min(l.asked, o.asked), max(l.asked, o.asked)
	return between && many <= 4*few+headers
}

// open returns the rules whose findings on r the end of another leg may explain.
func (g *findingGroups) open(r *model.Record) (rules []string) {
	for i := range r.Findings {
		if f := &r.Findings[i]; passedOn[f.Rule] && g.grouping.cause(r, f) == nil && !r.FoundBefore(i) {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

// tellLeg tells the groups of w's findings of its other leg.
func (g *findingGroups) tellLeg(w *waitingLeg, other *leg) {
	for _, rule := range w.rules {
		group := g.find(groupKey{rule, w.server.AddrPort()})
		if group == nil {
			continue // it was thinned out
		}
		o := &group.other
		if o.connections == 0 || w.at.compare(o.at) < 0 {
			o.at, o.words = w.at, other.left(w.ended.Sub(other.ended))
		}
		o.connections++
	}
}

// merge takes in what another group knows.
func (o *otherLeg) merge(p *otherLeg) {
	if p.connections == 0 {
		return
	}
	if n := o.connections; n == 0 || p.at.compare(o.at) < 0 {
		*o = *p
		o.connections = n
	}
	o.connections += p.connections
}

// left says how l ended, so long before its other leg.
func (l *leg) left(before time.Duration) string {
	far, near := l.client, l.server
	if l.closer == conn.Server {
		far, near = near, far
	}
	return fmt.Sprintf("the %s %v had ended stream %d, a connection to the same host %v, %s before", l.closer, far.AddrPort(), l.stream, near.IP, model.Seconds(before).Words())
}

// message says it of a group of so many connections; "" where there is nothing to say.
func (o *otherLeg) message(connections int64) string {
	switch {
	case o.connections == 0:
		return ""
	case connections < 2:
		return "; " + o.words + ": perhaps the other leg of a proxy, and the cause"
	}
	return fmt.Sprintf(" On %d of %d another connection of the host ended right before, perhaps the other leg of a proxy, and the cause: for example, before stream %d, %s.",
		o.connections, connections, o.at.stream, o.words)
}
