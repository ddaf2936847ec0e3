package timeline

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// By says which sockets are counted together.
type By uint8

// The ways.
const (
	ByHost   By = iota // by the address of the socket's own end
	ByServer           // by the server endpoint of its connection
	ByNone             // all
)

const (
	// MaxHosts bounds the hosts, or servers, of a side that are told apart, in the
	// order of their records. The sockets of the others are counted under Other.
	MaxHosts = 4096

	// Other stands for the hosts beyond MaxHosts.
	Other = "other"

	// maxChanges bounds what is kept of all series together, of 12 to 24 octets each. Beyond
	// it the grain becomes coarser, and no further host is told apart.
	maxChanges = 8 << 20
)

// Options say what is counted.
type Options struct {
	By       By
	Side     string        // client or server: only those ends; "" for both
	Step     time.Duration // between moments; 0 chooses a round one
	Whole    time.Duration // what a chosen step is a multiple of; 0 for anything
	TimeWait time.Duration // how long a socket stays in TIME-WAIT

	// States are those that are counted; none stands for all.
	States []tcpstate.State

	// Summed counts both ends of a connection together, without their side.
	Summed bool

	// Causes keeps what was found of the connections whose sockets came into a state.
	Causes bool

	maxHosts int // for tests; 0 stands for MaxHosts
}

// Collector counts the sockets of one capture.
type Collector struct {
	options Options
	counted [tcpstate.NumStates]bool
	grain   int64 // ns
	coarse  int   // index into grains; valid iff the step is ours to choose
	chosen  bool  // the step is ours to choose
	recent  int64 // the moment that at returned last
	tooFine bool  // the step that was asked for leads to too many moments

	groups map[group]*[tcpstate.NumStates]*series
	last   [2]struct { // by side, what groupOf returned last
		group
		of *[tcpstate.NumStates]*series
	}
	hosts   [2]int // that are told apart, by side
	other   bool   // some are not
	kept    int    // room for changes in all series
	rules   []string
	first   model.Time // from here sockets are counted; valid iff begun
	latest  model.Time // the latest time that a record tells of; valid iff begun
	begun   bool
	waiting *waiting // in TIME-WAIT; nil where that is over before a record is final
	records int64
	sockets int64
}

// group is whose sockets are counted together.
type group struct {
	of    netip.AddrPort // the zero value for all, or for Other
	side  uint8          // 0 client, 1 server; 0 where sides are summed
	other bool
}

// NewCollector returns a Collector of one capture.
func NewCollector(o Options) *Collector {
	c := &Collector{options: o, grain: int64(o.Step), chosen: o.Step <= 0, groups: map[group]*[tcpstate.NumStates]*series{}}
	if c.chosen {
		c.grain = int64(grains[0])
	}
	if c.options.maxHosts == 0 {
		c.options.maxHosts = MaxHosts
	}
	if o.TimeWait > finalAfter {
		c.waiting = &waiting{byTuple: map[tuple][]wait{}}
	}
	for s := range c.counted {
		c.counted[s] = len(o.States) == 0 || slices.Contains(o.States, tcpstate.State(s))
	}
	return c
}

// Add counts the sockets of one connection.
func (c *Collector) Add(r *model.Record) {
	c.records++
	rule := uint16(0)
	if c.options.Causes {
		rule = c.ruleOf(r)
	}
	ends := endsOf(r)
	for _, w := range c.waiting.cutBy(r) {
		c.change(w.series, r.First.Time, counts{-1, -w.least, -1})
		c.change(w.series, w.to, counts{1, w.least, 1})
	}
	for side, name := range [...]string{"client", "server"} {
		if c.options.Side != "" && c.options.Side != name {
			continue
		}
		c.sockets++
		var group *[tcpstate.NumStates]*series
		for i := range ends.stays[side] {
			if !c.counted[ends.stays[side][i].State] {
				continue
			}
			s, ok := ends.span(side, i, c.options.TimeWait)
			if !ok {
				continue
			}
			c.observe(s.from, max(s.from, min(s.to, r.Last.Time)))
			from := c.at(s.from)
			if s.latest <= c.moment(from) && !ends.lasts(&s, s.latest) {
				continue // it lies between two moments
			}
			if group == nil {
				group = c.group(r, uint8(side))
			}
			if group[s.state] == nil {
				group[s.state] = new(series)
			}
			c.put(group[s.state], &ends, &s)
			if s.limited {
				c.waiting.add(r, group[s.state], &s)
			}
			if c.options.Causes {
				group[s.state].blame(cause{from, rule, 1})
			}
		}
	}
}

// put adds the changes of a stay.
func (c *Collector) put(to *series, e *ends, s *span) {
	least := int32(1)
	if s.uncertain {
		least = 0
	}
	c.change(to, s.from, counts{1, least, 1})
	if s.to == s.latest {
		c.end(to, e.lasts(s, s.to), s.to, counts{-1, -least, -1})
	} else {
		c.end(to, e.lasts(s, s.to), s.to, counts{-1, -least, 0})
		c.end(to, e.lasts(s, s.latest), s.latest, counts{0, 0, -1})
	}
	for c.kept > maxChanges && c.chosen && c.coarse+1 < len(grains) {
		c.coarsen()
	}
}

// change adds a change at a time.
func (c *Collector) change(to *series, at model.Time, by counts) {
	c.kept += to.add(change{c.at(at), by})
}

// end adds the end of a stay. Only once all is known can one that may be the end of
// the capture be told from others.
func (c *Collector) end(to *series, lasts bool, at model.Time, by counts) {
	switch last := &to.last; {
	case at == forever:
	case !lasts || at < last.time:
		c.change(to, at, by)
	case at == last.time:
		last.add(by)
	default:
		if last.counts != (counts{}) {
			c.change(to, last.time, last.counts)
		}
		last.time, last.counts = at, by
	}
}

// at returns the first moment that is not before t. Most times lie between the same
// two moments as the one before, which spares a division.
func (c *Collector) at(t model.Time) int64 {
	if upTo := c.moment(c.recent); t > upTo || t <= upTo-model.Time(c.grain) {
		c.recent = ceilDiv(int64(t), c.grain)
	}
	return c.recent
}

// moment returns the time of a moment.
func (c *Collector) moment(n int64) model.Time { return model.Time(n * c.grain) }

// observe widens what was observed. Where that becomes too many moments, fewer are told
// apart.
func (c *Collector) observe(from, to model.Time) {
	if !c.begun {
		c.first, c.latest, c.begun = from, from, true
	}
	if c.first <= from && to <= c.latest {
		return
	}
	c.first, c.latest = min(c.first, from), max(c.latest, to)
	for moments(int64(c.first), int64(c.latest), c.grain) > c.most() {
		if !c.chosen {
			c.tooFine, c.chosen = true, true // the error can say what would do once all is known
			c.reset()
			return
		}
		if c.coarse+1 == len(grains) {
			return
		}
		c.coarsen()
	}
}

func (c *Collector) most() int64 {
	if c.chosen {
		return maxSlots
	}
	return maxSteps
}

// reset forgets what was counted: there will be no chart.
func (c *Collector) reset() {
	clear(c.groups)
	clear(c.last[:])
	c.kept, c.coarse = 0, 0
	for c.grain = int64(grains[0]); moments(int64(c.first), int64(c.latest), c.grain) > maxSlots && c.coarse+1 < len(grains); {
		c.coarse++
		c.grain = int64(grains[c.coarse])
	}
}

// coarsen goes on to the next grain.
func (c *Collector) coarsen() {
	c.coarse++
	k := int64(grains[c.coarse]) / c.grain
	c.grain = int64(grains[c.coarse])
	c.kept = 0
	for _, states := range c.groups {
		for _, s := range states {
			if s == nil {
				continue
			}
			c.kept += s.coarsen(k)
		}
	}
}

// group returns the series of one end of r.
func (c *Collector) group(r *model.Record, side uint8) *[tcpstate.NumStates]*series {
	g := group{side: side}
	if c.options.Summed {
		g.side = 0
	}
	switch end := [...]*model.Endpoint{&r.Client, &r.Server}; c.options.By {
	case ByHost:
		g.of = netip.AddrPortFrom(end[side].IP, 0)
	case ByServer:
		g.of = netip.AddrPortFrom(r.Server.IP, r.Server.Port)
	}
	return c.groupOf(g)
}

// groupOf returns the series of a group, or those of the others where there are too many.
func (c *Collector) groupOf(g group) *[tcpstate.NumStates]*series {
	if last := &c.last[g.side]; last.of != nil && last.group == g {
		return last.of
	}
	of := c.groups[g]
	if of != nil {
		c.last[g.side].group, c.last[g.side].of = g, of
		return of
	}
	if c.options.By != ByNone {
		if c.hosts[g.side] >= c.options.maxHosts || c.kept > maxChanges {
			g = group{side: g.side, other: true}
			c.other = true
			if of = c.groups[g]; of != nil {
				return of
			}
		} else {
			c.hosts[g.side]++
		}
	}
	of = new([tcpstate.NumStates]*series)
	c.groups[g] = of
	return of
}

// label names a group.
func (c *Collector) label(g *group) string {
	switch {
	case g.other:
		return Other
	case c.options.By == ByNone:
		return ""
	case c.options.By == ByServer:
		return g.of.String()
	}
	return g.of.Addr().String()
}

// ruleOf returns the gravest rule that found something of r, by its index; 0 where
// none did.
func (c *Collector) ruleOf(r *model.Record) uint16 {
	worst, name := model.NoSeverity, ""
	for i := range r.Findings {
		f := &r.Findings[i]
		if name == "" || f.Severity > worst {
			worst, name = f.Severity, f.Rule
		}
	}
	if len(c.rules) == 0 {
		c.rules = append(c.rules, "")
	}
	i := slices.Index(c.rules, name)
	if i < 0 {
		i = len(c.rules)
		c.rules = append(c.rules, name)
	}
	return uint16(i)
}

// A StepError says that a step leads to more moments than can be told.
type StepError struct {
	Step, Span, Least time.Duration
}

func (e *StepError) Error() string {
	return fmt.Sprintf("--step %v makes more than %d moments of %v: write --step %v or more", e.Step, maxSteps, e.Span, e.Least)
}
