package tally

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// Grouping says how the findings of several connections are grouped.
type Grouping struct {
	Rules []*model.Rule

	// Explains reports whether a finding of rule cause on the same connection
	// explains one of rule effect, which then is folded.
	Explains func(cause, effect string) bool
}

func (g *Grouping) rule(id string) *model.Rule {
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
func (g *Grouping) cause(r *model.Record, f *model.Finding) *model.Finding {
	var found *model.Finding
	for range r.Findings { // the table might hold a circle
		next := g.directCause(r, f)
		if next == nil {
			return found
		}
		f, found = next, next
	}
	return nil
}

func (g *Grouping) directCause(r *model.Record, f *model.Finding) *model.Finding {
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
	model.FindingGroup
	first  model.Finding // that of the first example
	places []place       // of the examples, in order
	side   model.Sides[int64]
	folds  map[string]*model.Fold
	seen   bool // client is valid
	took   sampling
	closed sampling
	half   sampling
	began  sampling   // since the epoch
	lives  []lifetime // of the connections that drew the least lots

	halfBytes, resets, unheard, open int64 // as in model.Group

	clients distinct
	client  netip.Addr // of one of them

	other otherLeg
}

// describe takes the group's words from one of its findings.
func (g *gathered) describe(f *model.Finding) {
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
func (g *gathered) insert(i int, at place, e model.Example) {
	n := min(len(g.places), maxExamples-1)
	g.places = slices.Insert(g.places[:n], i, at)
	g.Examples = slices.Insert(g.Examples[:n], i, e)
}

// add takes in one connection.
func (g *gathered) add(r *model.Record, f *model.Finding) {
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
	g.began.add(model.Seconds(r.First.Time), lot)
	g.close(r, lot)
}

// close takes in how a connection closed.
func (g *gathered) close(r *model.Record, lot uint64) {
	at := closedAt(r)
	if at == nil {
		return
	}
	if endedAtOnce[g.Rule] {
		g.live(lifetime{lot, model.Seconds(r.First.Time), model.Seconds(*at)})
	}
	if r.Handshake == conn.HandshakeComplete {
		g.closed.add(model.Seconds(at.Sub(r.First.Time)), lot)
	}
	if r.HalfClosedS == nil {
		if r.PayloadBytes.Server == 0 && *r.FirstCloser == conn.Client {
			g.unheard++
		}
		return
	}
	if r.HalfClosed != nil && *r.HalfClosed == conn.ExactBound {
		g.half.add(*r.HalfClosedS, lot)
	}
	if r.Close == conn.CloseHalfClosed {
		g.open++
	}
	if r.HalfBytes != nil {
		g.halfBytes += *r.HalfBytes
		if r.PayloadBytes.Server == *r.HalfBytes && *r.FirstCloser == conn.Client {
			g.unheard++
		}
	}
	if r.RST != nil && r.FirstCloser != nil && r.RST.By == *r.FirstCloser {
		g.resets++
	}
}

// closedAt returns when one side closed first; nil where that is not known.
func closedAt(r *model.Record) *model.Time {
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
	g.halfBytes += o.halfBytes
	g.resets += o.resets
	g.unheard += o.unheard
	g.open += o.open
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
			g.folds = map[string]*model.Fold{}
		}
		f = &model.Fold{Rule: rule, Name: name}
		g.folds[rule] = f
	}
	f.Connections += n
}

// group puts the group into words; others are what else the server closed.
func (g *gathered) group(rule *model.Rule, timers []model.Timer, others *spared) model.FindingGroup {
	out := g.FindingGroup
	for _, id := range slices.Sorted(maps.Keys(g.folds)) {
		out.Folds = append(out.Folds, *g.folds[id])
	}
	out.Message, out.Advice = g.first.Message.String(), g.first.Advice.String()
	if g.Connections < 2 {
		out.Message = g.withInstant(out.Message, others) + g.other.message(g.Connections)
		return out
	}
	group := model.Group{
		Server: g.Server, Connections: g.Connections, First: g.first, Side: g.side,
		Took: g.took.spread(), Closed: g.closed.spread(), HalfClosed: g.half.spread(),
		HalfBytes: g.halfBytes, Resets: g.resets, Unheard: g.unheard, Open: g.open, Began: since(g.began.spread()), Timers: timers,
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
		message = plain(&group, &g.Examples[0])
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
func plain(g *model.Group, e *model.Example) string {
	text := fmt.Sprintf("for example, in stream %d %s", e.Stream, g.First.Message)
	low, high := g.Took.Low.Words(), g.Took.High.Words()
	switch {
	case g.Took.N < 2 || low == high:
		return text
	case g.Took.N == 2:
		return text + fmt.Sprintf("; over both it lasted %s and %s", low, high)
	}
	return text + fmt.Sprintf("; over all %d it lasted %s to %s, median %s", g.Took.N, low, high, g.Took.Median.Words())
}

// since returns s counted from its least.
func since(s model.Spread) model.Spread {
	return model.Spread{N: s.N, Median: s.Median - s.Low, High: s.High - s.Low}
}
