package analyzer

// Aggregate gathers a Summary in memory that does not grow with the number of
// connections. The zero Aggregate is ready for use.
type Aggregate struct {
	files       []FileInfo
	connections int64
	close       counts
	firstCloser counts
	states      Sides[[]stayTimes] // one for each state that occurred
	findings    findingGroups
	timers      []Timer
	by          breakdown
	ofFiles     []FindingGroup // at most maxFileFindings
}

// maxFileFindings bounds what is kept of captures as a whole; files says it of
// each all the same.
const maxFileFindings = 100

// stayTimes is what is gathered of the stays of one side in one state.
type stayTimes struct {
	state                 string
	exact                 histogram
	open, atMost, atLeast tally
}

// tally counts stays of which only a bound is known.
type tally struct {
	n   int64
	max Seconds // valid iff n > 0
}

func (t *tally) add(v Seconds) {
	t.max = max(t.max, v)
	t.n++
}

func (t *tally) longest() *Seconds {
	if t.n == 0 {
		return nil
	}
	v := t.max
	return &v
}

// Add counts one connection.
func (a *Aggregate) Add(r *Record) {
	a.connections++
	a.close.add(r.Close)
	if r.FirstCloser != nil {
		a.firstCloser.add(*r.FirstCloser)
	}
	a.states.Client = addStays(a.states.Client, r.States.Client)
	a.states.Server = addStays(a.states.Server, r.States.Server)
	a.findings.add(r)
	a.by.add(r, &a.findings.grouping)
}

// AddFile appends what is known of one capture.
func (a *Aggregate) AddFile(f *FileInfo) {
	a.files = append(a.files, *f)
	a.findings.files = len(a.files)
	a.by.addFile(f)
}

// AddFileFindings takes what was found of the last capture as a whole.
func (a *Aggregate) AddFileFindings(list []FindingGroup) {
	for i := range list {
		severity, _ := ParseSeverity(list[i].Severity)
		a.findings.bySeverity[severity]++
		a.by.addFileFinding(a.files[len(a.files)-1].File, &list[i])
		if len(a.ofFiles) < maxFileFindings {
			a.ofFiles = append(a.ofFiles, list[i])
		}
	}
}

// Explain says how findings are grouped. It is to be called before Add.
func (a *Aggregate) Explain(g Grouping) { a.findings.grouping = g }

// By asks for rows: one of Keys, or "" for none. It is to be called before Add.
func (a *Aggregate) By(key string) { a.by.by = key }

// SetTimers takes what was inferred from all connections.
func (a *Aggregate) SetTimers(timers []Timer) { a.timers = timers }

// Count returns how many findings of at least the given severity were counted.
func (a *Aggregate) Count(severity Severity) int64 { return a.findings.count(severity) }

// counts counts names, of which there are few: to compare them takes a fraction of
// the time of hashing them.
type counts []count

type count struct {
	name string
	n    int64
}

func (c *counts) add(name string) {
	for i := range *c {
		if one := &(*c)[i]; one.name == name {
			one.n++
			return
		}
	}
	*c = append(*c, count{name, 1})
}

// byName returns the counts as a map.
func (c counts) byName() map[string]int64 {
	out := make(map[string]int64, len(c))
	for _, one := range c {
		out[one.name] = one.n
	}
	return out
}

// timesOf returns the place of a state among those that occurred.
func timesOf(states []stayTimes, name string) int {
	for i := range states {
		if states[i].state == name {
			return i
		}
	}
	return len(states)
}

func addStays(states []stayTimes, stays []Stay) []stayTimes {
	for i := range stays {
		s := &stays[i]
		at := timesOf(states, s.State)
		if at == len(states) {
			states = append(states, stayTimes{state: s.State})
		}
		times := &states[at]
		switch {
		case s.Open:
			times.open.add(s.DurationS)
		case s.Bound == "at-most":
			times.atMost.add(s.DurationS)
		case s.Bound == "at-least":
			times.atLeast.add(s.DurationS)
		default:
			times.exact.add(s.DurationS)
		}
	}
	return states
}

// Summary returns what has been gathered so far.
func (a *Aggregate) Summary() *Summary {
	s := &Summary{
		Schema:      SummarySchema,
		Files:       append([]FileInfo{}, a.files...),
		Connections: a.connections,
		Close:       a.close.byName(),
		FirstCloser: a.firstCloser.byName(),
		Findings:    append(a.findings.list(a.timers), a.ofFiles...),
		Timers:      append([]Timer{}, a.timers...),
		Severities:  countsOf(&a.findings.bySeverity),
		By:          a.by.list(),
	}
	s.States.Client, s.States.Server = stateTimes(a.states.Client), stateTimes(a.states.Server)
	return s
}

func stateTimes(states []stayTimes) map[string]*StateTimes {
	out := make(map[string]*StateTimes, len(states))
	for i := range states {
		t := &states[i]
		one := &StateTimes{
			N: t.exact.n, P50: t.exact.quantile(50), P90: t.exact.quantile(90), P99: t.exact.quantile(99),
			Open: t.open.n, MaxOpen: t.open.longest(),
			AtMost: t.atMost.n, MaxAtMost: t.atMost.longest(),
			AtLeast: t.atLeast.n, MaxAtLeast: t.atLeast.longest(),
		}
		if t.exact.n > 0 {
			longest := t.exact.max
			one.Max = &longest
		}
		out[t.state] = one
	}
	return out
}
