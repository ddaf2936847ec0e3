package model

import (
	"slices"

	"finwait/analyzer/exchange"
	"finwait/reassembly/conn"
)

// Rule is one check of a connection. Its ID is never reused for another.
type Rule struct {
	ID       string // FIN and three digits; the first says what it is about
	Name     string // in words, with hyphens
	Severity Severity
	Doc      Doc

	// Requires are rules of smaller IDs whose findings this one asks for (see
	// Pass.Found): they are run before it, also where they are not to be told.
	Requires []*Rule

	// Check looks at one connection and reports what it finds. It states
	// facts: what the capture cannot support is taken back by Doubts. A rule
	// of the capture as a whole has none.
	Check func(*Pass)

	// Disorder says that it can find nothing in a connection of which every segment was
	// sent once, and captured once and in order, without a reset (see conn.Orderly): it is
	// not asked about those, which most are.
	Disorder bool

	// Group words what it found on several connections of one server; nil
	// leaves it to the numbers that every finding has. An empty advice stands
	// for that of the first finding.
	Group func(*Group) (message, advice string)

	// Frame says what a frame of its evidence shows, where the record does not
	// name it; nil says nothing.
	Frame func(r *Record, frame int64) string

	// Doubts are the caveats that undermine the rule, in order.
	Doubts []Doubt
}

// Doc is what explain says of a rule. Every field is required.
type Doc struct {
	Title    string // what it reports, in one line
	Text     string // why it happens
	Script   string // what it looks like: a short packet script
	Confirm  string // how to confirm it on a host
	Change   string // what to change
	Harmless string // when it does not matter
	Source   string // the RFC section or the kernel source that it rests on
}

// Doubt says what a caveat does to a rule's findings.
type Doubt struct {
	Caveat   conn.Caveats
	Withhold bool   // say nothing; else the severity falls by one
	Why      string // in words, appended to the message
}

// Pass is one rule's look at one connection. Rules read; they change nothing.
type Pass struct {
	Conn      *conn.Conn
	Exchanges *exchange.Exchanges // of Conn
	Record    *Record
	Config    *Config

	rule *Rule // that is running
}

// Verdict is what every rule says of what it found, beside its own Facts.
type Verdict struct {
	Severity Severity  // NoSeverity stands for the rule's own
	Side     conn.Role // who is at fault or affected; NoRole where it is neither
	Frames   []int64   // the evidence; zeros are left out, the order is made the capture's
	Took     Took
}

// Took is a duration that a verdict is about. The zero value is none.
type Took struct {
	For   Seconds
	Bound conn.Bound
	Known bool
}

// Judge returns what runs rules over one connection, and adds their findings to its
// record, in the order of the rules: those that config lets run, and those that are
// needed for something else. What the record's caveats undermine is weakened or left
// out. It returns the exchanges of the connection as far as they were worked out, valid
// until the next call. It is for one goroutine.
func Judge(rules []*Rule, config *Config, needed ...string) func(*Record, *conn.Conn) *exchange.Exchanges {
	for _, r := range rules {
		if config.Runs(r) || slices.Contains(needed, r.ID) {
			for _, other := range r.Requires {
				needed = append(needed, other.ID)
			}
		}
	}
	all := slices.DeleteFunc(slices.Clone(rules), func(r *Rule) bool {
		return r.Check == nil || !config.Runs(r) && !slices.Contains(needed, r.ID)
	})
	orderly := slices.DeleteFunc(slices.Clone(all), func(r *Rule) bool { return r.Disorder })
	p := &Pass{Exchanges: new(exchange.Exchanges), Config: config}
	return func(r *Record, c *conn.Conn) *exchange.Exchanges {
		p.Conn, p.Record = c, r
		p.Exchanges.Of(c)
		list := all
		if c.Orderly() {
			list = orderly
		}
		for _, rule := range list {
			p.rule = rule
			rule.Check(p)
		}
		return p.Exchanges
	}
}

// Suppress takes back the findings of rules that config does not let run: those
// that were found since something else needed them.
func Suppress(r *Record, rules []*Rule, config *Config) {
	if len(config.OnlyRules) == 0 && len(config.IgnoredRules) == 0 || len(r.Findings) == 0 {
		return
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		return slices.ContainsFunc(rules, func(rule *Rule) bool { return rule.ID == f.Rule && !config.Runs(rule) })
	})
}

// Found reports whether any of the rules that the running one requires found something.
func (p *Pass) Found() bool {
	for _, r := range p.rule.Requires {
		if p.Record.Found(r.ID) {
			return true
		}
	}
	return false
}

// Report adds a finding of the rule that is running.
func (p *Pass) Report(facts Facts, v Verdict) {
	f := Finding{Rule: p.rule.ID, Name: p.rule.Name, Severity: v.Severity, Facts: facts}
	f.Message, f.Advice = Text{facts: facts}, Text{facts: facts, advice: true}
	if f.Severity == NoSeverity {
		f.Severity = p.rule.Severity
	}
	for _, d := range p.rule.Doubts {
		if !p.Conn.Caveats.Has(d.Caveat) || d.Caveat == conn.CaptureGap && !p.spansGap(&v) {
			continue
		}
		if d.Withhold {
			return
		}
		f.Severity = max(f.Severity-1, Info)
		f.Message.tail += "; " + d.Why
	}
	room := &p.Record.room
	f.Frames, room.frames = evidence(room.frames, v.Frames)
	if v.Side == conn.Client || v.Side == conn.Server {
		f.Side = &sidesOf[v.Side]
	}
	if v.Took.Known {
		room.took = append(room.took, v.Took.For)
		f.DurationS, f.Bound = &room.took[len(room.took)-1], &boundsOf[v.Took.Bound]
	}
	p.Record.Findings = append(p.Record.Findings, f)
}

// spansGap reports whether a gap of the capture lies in the time that a verdict is about:
// from its first evidence to its last, or to the end of observation.
func (p *Pass) spansGap(v *Verdict) bool {
	c := p.Conn
	from, to := c.Until, c.First.Time
	for _, f := range v.Frames {
		m := c.MarkOf(f)
		switch {
		case f == 0:
		case m == nil: // forgotten
			from = c.First.Time
		default:
			from, to = min(from, m.Time), max(to, m.Time)
		}
	}
	if v.Took.Known && v.Took.Bound == conn.AtLeast {
		to = c.Until
	}
	return from < to && c.Gap(from, to)
}

// What findings point to; it is not written to.
var (
	sidesOf  = [...]conn.Role{conn.Client, conn.Server}
	boundsOf = [...]conn.Bound{conn.ExactBound, conn.AtLeast, conn.AtMost}
)

// evidence appends frames to list in the order of the capture, each once, and
// returns them and the list.
func evidence(list []int64, frames []int64) (own, all []int64) {
	from := len(list)
	for _, f := range frames {
		at := len(list)
		for at > from && list[at-1] > int64(f) {
			at--
		}
		if f == 0 || at > from && list[at-1] == int64(f) {
			continue
		}
		list = slices.Insert(list, at, int64(f))
	}
	if list == nil {
		list = []int64{}
	}
	return list[from:len(list):len(list)], list
}
