package analyzer

import "finwait/reassembly"

// Rule is one check of a connection. Its ID is never reused for another.
type Rule struct {
	ID       string // FIN and three digits; the first says what it is about
	Name     string // in words, with hyphens
	Severity Severity
	Doc      Doc

	// Shows is what a connection must show, any of it, for the rule to be asked;
	// AnySign asks it of all.
	Shows Signs

	// Basis says that timers rest on what the rule finds (see Record.Found): it is run
	// also where its findings are not to be told.
	Basis bool

	// Check looks at one connection and reports what it finds. It states
	// facts: what the capture cannot support is taken back by Doubts. A rule
	// of the capture as a whole has none.
	Check func(*Pass)

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

// Signs are what a connection shows at a glance. Most connections show few of them,
// and most rules have nothing to say where theirs is missing: to ask them all the
// same took several percent of the time of a report.
type Signs uint16

// The signs.
const (
	AnySign      Signs = 1 << iota // of every connection
	FailedToOpen                   // refused, unanswered or half-open
	LeftOpen                       // closed by neither side
	HalfClosed                     // closed by one side
	BothClosed                     // by FINs, neither of which acknowledges the other
	ResetSeen                      // an RST was captured, whatever became of it
	WindowShut                     // a window was 0
	HadPrior                       // an end of the previous incarnation was in TIME-WAIT
	Limited                        // it has caveats that are rules, too
)

// signsOf returns what c shows.
func signsOf(c *reassembly.Conn) Signs {
	s := AnySign
	set := func(sign Signs, on bool) {
		if on {
			s |= sign
		}
	}
	set(FailedToOpen, c.Close == reassembly.CloseRefused || c.Close == reassembly.CloseUnanswered || c.Close == reassembly.CloseHalfOpen)
	set(LeftOpen, c.Close == reassembly.CloseOpen)
	set(HalfClosed, c.Close == reassembly.CloseHalfClosed)
	set(BothClosed, c.FirstCloser == reassembly.BothRoles)
	set(ResetSeen, c.Reset())
	set(WindowShut, c.Quality[0].ZeroWindow != 0 || c.Quality[1].ZeroWindow != 0)
	set(HadPrior, c.HasPrior())
	set(Limited, c.Caveats&(reassembly.PacketsMissing|reassembly.OneDirection|reassembly.Duplicates) != 0)
	return s
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
	Caveat   reassembly.Caveats
	Withhold bool   // say nothing; else the severity falls by one
	Why      string // in words, appended to the message
}

// Pass is one rule's look at one connection. Rules read; they change nothing.
type Pass struct {
	Conn   *reassembly.Conn
	Record *Record
	Config *Config

	running
}

// running is a rule that runs.
type running struct {
	rule   *Rule
	untold bool // what it finds is not to be told
}

// Verdict is what a rule reports.
type Verdict struct {
	Severity Severity        // NoSeverity stands for the rule's own
	Side     reassembly.Role // who is at fault or affected; NoRole where it is neither
	Message  string          // one sentence with the numbers
	Frames   []uint32        // the evidence; zeros are left out, the order is made the capture's
	Took     Took
	Advice   string // what to change, in one sentence
}

// Took is a duration that a verdict is about. The zero value is none.
type Took struct {
	For   Seconds
	Bound reassembly.Bound
	Known bool
}

// Judge returns what runs those rules that config lets run over one connection,
// and adds their findings to its record, in the order of the rules. What the
// record's caveats undermine is weakened or left out.
func Judge(rules []*Rule, config *Config) func(*Record, *reassembly.Conn) {
	var all []running
	for _, rule := range rules {
		if told := config.Runs(rule); rule.Check != nil && (told || rule.Basis) {
			all = append(all, running{rule, !told})
		}
	}
	return func(r *Record, c *reassembly.Conn) {
		p := Pass{Conn: c, Record: r, Config: config}
		shown := signsOf(c)
		for _, p.running = range all {
			if p.rule.Shows&shown != 0 {
				p.rule.Check(&p)
			}
		}
	}
}

// group returns the group of the running rule's findings about this server, where
// all that is read of them is their summary; nil where there is none yet.
func (p *Pass) group() *gathered {
	if p.Record.summary == nil {
		return nil
	}
	return p.Record.summary.findings.find(keyOf(p.rule.ID, p.Record))
}

// Told reports whether nobody will read the words of this finding: its group, of
// which the first was told, is counted on.
func (p *Pass) Told() bool { return p.group() != nil }

// Counted reports whether nobody will read the frames of this finding either: its
// group has its examples.
func (p *Pass) Counted() bool {
	g := p.group()
	return g != nil && len(g.Examples) == maxExamples
}

// Report adds a finding of the rule that is running.
func (p *Pass) Report(v Verdict) {
	severity := v.Severity
	if severity == NoSeverity {
		severity = p.rule.Severity
	}
	message := v.Message
	for _, d := range p.rule.Doubts {
		if !p.Conn.Caveats.Has(d.Caveat) {
			continue
		}
		if d.Withhold {
			return
		}
		severity = max(severity-1, Info)
		message += "; " + d.Why
	}
	if p.untold {
		p.Record.untold = append(p.Record.untold, p.rule.ID)
		return
	}
	f := Finding{Rule: p.rule.ID, Name: p.rule.Name, Severity: severity, Message: message, Advice: v.Advice}
	if !p.Counted() {
		f.Frames = evidence(v.Frames)
	}
	if v.Side == reassembly.Client || v.Side == reassembly.Server {
		f.Side = &sidesOf[v.Side]
	}
	if v.Took.Known {
		took := v.Took.For
		f.DurationS, f.Bound = &took, &boundsOf[v.Took.Bound]
	}
	p.Record.Findings = append(p.Record.Findings, f)
}

// What findings point to; it is not written to.
var (
	sidesOf  = [...]reassembly.Role{reassembly.Client, reassembly.Server}
	boundsOf = [...]reassembly.Bound{reassembly.ExactBound, reassembly.AtLeast, reassembly.AtMost}
)

// evidence returns frames in the order of the capture, each once.
func evidence(frames []uint32) []int64 {
	out := make([]int64, 0, len(frames))
	for _, f := range frames {
		at := len(out)
		for at > 0 && out[at-1] > int64(f) {
			at--
		}
		if f == 0 || at > 0 && out[at-1] == int64(f) {
			continue
		}
		out = append(out, 0)
		copy(out[at+1:], out[at:])
		out[at] = int64(f)
	}
	return out
}
