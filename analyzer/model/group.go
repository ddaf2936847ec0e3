package model

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"finwait/reassembly/conn"
)

// Group is what one rule found on the connections of one server, for a rule to
// put into words. It holds at least two connections.
type Group struct {
	Server      string // "ip:port"; "" for what is left of many servers
	Connections int64
	First       Finding // the first of them

	// Side counts the connections by whom the finding is about.
	Side Sides[int64]

	Took Spread // the durations of the findings

	// Closed is from the first segment of a connection whose opening was
	// captured to its first FIN, or the RST that ended it.
	Closed Spread

	// HalfClosed is from the first FIN to the other side's, or the RST that came
	// instead; where either did come.
	HalfClosed Spread

	HalfBytes int64 // payload of the other side after the first FIN
	Resets    int64 // connections on which the RST that counts came from the side that closed first
	Unheard   int64 // connections on which the server had said nothing before the first FIN

	Clients      int64      // different addresses
	ClientsExact bool       // else Clients is an estimate
	Client       netip.Addr // valid iff there is but one
	Began        Spread     // of the connections, since the first of them

	Timers []Timer // of this server
}

// Spread is how durations lie.
type Spread struct {
	N                 int64
	Low, Median, High Seconds // valid iff N > 0
}

// since returns s counted from its least.
func (s Spread) since() Spread {
	return Spread{N: s.N, Median: s.Median - s.Low, High: s.High - s.Low}
}

// TimersOf returns the server's timers of one kind.
func (g *Group) TimersOf(kind TimerKind) []Timer {
	return slices.DeleteFunc(slices.Clone(g.Timers), func(t Timer) bool { return t.Kind != kind })
}

// Grouping says how the findings of several connections are told together.
type Grouping struct {
	Rules []*Rule

	// Explains reports whether a finding of rule cause on the same connection
	// explains one of rule effect, which then is folded.
	Explains func(cause, effect string) bool
}

func (g *Grouping) rule(id string) *Rule {
	for _, r := range g.Rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// cause returns the finding of r that explains f, or what explains that in its
// turn; nil where nothing does. It is at least as grave: folding hides nothing
// that is worse.
func (g *Grouping) cause(r *Record, f *Finding) *Finding {
	var found *Finding
	for range r.Findings { // the table might hold a circle
		next := g.directCause(r, f)
		if next == nil {
			return found
		}
		f, found = next, next
	}
	return nil
}

func (g *Grouping) directCause(r *Record, f *Finding) *Finding {
	if g.Explains == nil {
		return nil
	}
	for i := range r.Findings {
		c := &r.Findings[i]
		if c.Rule != f.Rule && c.Severity >= f.Severity && g.Explains(c.Rule, f.Rule) {
			return c
		}
	}
	return nil
}

// place orders the connections of a run: by file as named, then by stream, whatever
// the order in which they became final.
type place struct {
	file   int // how many files were read before
	stream uint32
	frame  int64 // the first, for a stream may have several records
}

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.file, o.file), cmp.Compare(p.stream, o.stream), cmp.Compare(p.frame, o.frame))
}

// gathered is what is kept of one group.
type gathered struct {
	FindingGroup
	first  Finding // that of the first example
	places []place // of the examples, in order
	side   Sides[int64]
	folds  map[string]*Fold
	seen   bool // client is valid
	took   sampling
	closed sampling
	half   sampling
	began  sampling   // since the epoch
	lives  []lifetime // of the connections that drew the least lots
	bytes  int64
	resets int64
	mute   int64

	clients distinct
	client  netip.Addr // of one of them

	other otherLeg
}

// describe takes the group's words from one of its findings.
func (g *gathered) describe(f *Finding) {
	g.first = *f
	g.first.Frames, g.first.Files = slices.Clone(f.Frames), slices.Clone(f.Files)
	if f.DurationS != nil {
		took := *f.DurationS
		g.first.DurationS = &took
	}
	g.Rule, g.Name = f.Rule, f.Name
}

// placeOf returns where among the examples a connection belongs.
func (g *gathered) placeOf(at place) int {
	i := len(g.places)
	for i > 0 && at.compare(g.places[i-1]) < 0 {
		i--
	}
	return i
}

// insert makes e example i, and forgets the last where there are too many.
func (g *gathered) insert(i int, at place, e Example) {
	n := min(len(g.places), maxExamples-1)
	g.places = slices.Insert(g.places[:n], i, at)
	g.Examples = slices.Insert(g.Examples[:n], i, e)
}

// add takes in one connection.
func (g *gathered) add(r *Record, f *Finding) {
	lot := r.Lot()
	switch {
	case f.Side == nil:
	case *f.Side == conn.Client:
		g.side.Client++
	default:
		g.side.Server++
	}
	if f.DurationS != nil {
		g.took.add(*f.DurationS, lot)
	}
	g.clients.add(r.Client.IP)
	if !g.seen {
		g.client, g.seen = r.Client.IP, true
	}
	g.began.add(Seconds(r.First.Time), lot)
	g.close(r, lot)
}

// close takes in how a connection closed.
func (g *gathered) close(r *Record, lot uint64) {
	at := closedAt(r)
	if at == nil {
		return
	}
	if endedAtOnce[g.Rule] {
		g.live(lifetime{lot, Seconds(r.First.Time), Seconds(*at)})
	}
	if r.Handshake == conn.HandshakeComplete {
		g.closed.add(Seconds(at.Sub(r.First.Time)), lot)
	}
	if r.HalfClosedS == nil {
		if r.PayloadBytes.Server == 0 && *r.FirstCloser == conn.Client {
			g.mute++
		}
		return
	}
	if r.HalfClosed != nil && *r.HalfClosed == conn.ExactBound {
		g.half.add(*r.HalfClosedS, lot)
	}
	if r.HalfBytes != nil {
		g.bytes += *r.HalfBytes
		if r.PayloadBytes.Server == *r.HalfBytes && *r.FirstCloser == conn.Client {
			g.mute++
		}
	}
	if r.RST != nil && r.FirstCloser != nil && r.RST.By == *r.FirstCloser {
		g.resets++
	}
}

// closedAt returns when one side closed first; null where that is not known.
func closedAt(r *Record) *Time {
	if r.FirstCloser == nil {
		return nil
	}
	fin := r.FIN.Client
	switch *r.FirstCloser {
	case conn.Client:
	case conn.Server:
		fin = r.FIN.Server
	default:
		return nil
	}
	switch {
	case fin != nil:
		return fin.Time
	case r.RST != nil:
		return &r.RST.Time
	}
	return nil
}

// merge takes in another group of the same rule.
func (g *gathered) merge(o *gathered) {
	g.Connections += o.Connections
	g.side.Client += o.side.Client
	g.side.Server += o.side.Server
	g.took.merge(&o.took)
	g.closed.merge(&o.closed)
	g.half.merge(&o.half)
	g.began.merge(&o.began)
	for _, l := range o.lives {
		g.live(l)
	}
	g.bytes += o.bytes
	g.resets += o.resets
	g.mute += o.mute
	g.clients.merge(&o.clients)
	for id, f := range o.folds {
		g.fold(id, f.Name, f.Connections)
	}
	g.Severity = max(g.Severity, o.Severity)
	g.other.merge(&o.other)
	for n, at := range o.places {
		i := g.placeOf(at)
		if i == maxExamples {
			break
		}
		if g.insert(i, at, o.Examples[n]); i == 0 {
			g.describe(&o.first)
		}
	}
}

// fold counts connections on which the group explains what another rule found.
func (g *gathered) fold(rule, name string, n int64) {
	f := g.folds[rule]
	if f == nil {
		if g.folds == nil {
			g.folds = map[string]*Fold{}
		}
		f = &Fold{Rule: rule, Name: name}
		g.folds[rule] = f
	}
	f.Connections += n
}

// group puts the group into words; others are what else the server closed.
func (g *gathered) group(rule *Rule, timers []Timer, others *spared) FindingGroup {
	out := g.FindingGroup
	for _, id := range slices.Sorted(maps.Keys(g.folds)) {
		out.Folds = append(out.Folds, *g.folds[id])
	}
	out.Message, out.Advice = g.first.Message.String(), g.first.Advice.String()
	if g.Connections < 2 {
		out.Message = g.withInstant(out.Message, others) + g.other.message(g.Connections)
		return out
	}
	group := Group{
		Server: g.Server, Connections: g.Connections, First: g.first, Side: g.side,
		Took: g.took.spread(), Closed: g.closed.spread(), HalfClosed: g.half.spread(),
		HalfBytes: g.bytes, Resets: g.resets, Unheard: g.mute, Began: g.began.spread().since(), Timers: timers,
	}
	group.Clients, group.ClientsExact = g.clients.count()
	if group.Clients == 1 && group.ClientsExact {
		group.Client = g.client
	}
	message, advice := "", ""
	if rule != nil && rule.Group != nil {
		message, advice = rule.Group(&group)
	}
	if message == "" {
		message = group.plain(&g.Examples[0])
	}
	out.Message = g.withInstant(message, others) + g.other.message(g.Connections)
	if advice != "" {
		out.Advice = advice
	}
	return out
}

// withInstant adds the instant at which the connections ended.
func (g *gathered) withInstant(message string, others *spared) string {
	event := g.atOnce(others)
	if event != "" && !strings.HasSuffix(message, ".") {
		message += "."
	}
	return message + event
}

// plain words a group by an example and the numbers that every finding has.
func (g *Group) plain(e *Example) string {
	text := fmt.Sprintf("for example, in stream %d %s", e.Stream, g.First.Message)
	if g.Took.N < 2 || g.Took.Low == g.Took.High {
		return text
	}
	return text + fmt.Sprintf("; over all %d: %s to %s, median %s", g.Took.N, g.Took.Low.Words(), g.Took.High.Words(), g.Took.Median.Words())
}
