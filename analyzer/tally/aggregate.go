package tally

import (
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// Aggregate gathers a Summary in memory that does not grow with the number of
// connections. The zero Aggregate is ready for use.
type Aggregate struct {
	files       []model.FileInfo
	connections int64
	close       [conn.CloseOpen + 1]int64
	firstCloser [conn.BothRoles + 1]int64
	states      model.Sides[[tcpstate.NumStates]stayTimes]
	findings    findingGroups
	twins       twins
	legs        legs // of the capture that is being read
	timers      []model.Timer
	by          breakdown
	ofFiles     []model.FindingGroup // at most maxFileFindings
}

// maxFileFindings bounds what is kept of captures as a whole; files says it of
// each all the same.
const maxFileFindings = 100

// stayTimes is what is gathered of the stays of one side in one state.
type stayTimes struct {
	exact                 histogram
	open, atMost, atLeast bounds
}

// bounds counts stays of which only a bound is known.
type bounds struct {
	n   int64
	max model.Seconds // valid iff n > 0
}

func (t *bounds) add(v model.Seconds) {
	t.max = max(t.max, v)
	t.n++
}

func (t *bounds) longest() *model.Seconds {
	if t.n == 0 {
		return nil
	}
	v := t.max
	return &v
}

// Add counts one connection.
func (a *Aggregate) Add(r *model.Record) {
	a.connections++
	a.close[r.Close]++
	if r.FirstCloser != nil {
		a.firstCloser[*r.FirstCloser]++
	}
	addStays(&a.states.Client, r.States.Client)
	addStays(&a.states.Server, r.States.Server)
	a.findings.add(r)
	a.twins.add(r, len(a.files))
	a.legs.add(r, &a.findings)
	a.by.add(r, &a.findings.grouping)
}

// AddFile appends what is known of one capture.
func (a *Aggregate) AddFile(f *model.FileInfo) {
	a.files = append(a.files, *f)
	a.by.addFile(f)
	a.EndFile()
}

// EndFile takes in that what is added next is of another capture. It is to be called where
// nothing is known of a capture but its connections.
func (a *Aggregate) EndFile() {
	a.findings.files++
	a.legs = legs{}
}

// AddFileFindings takes what was found of the last capture as a whole.
func (a *Aggregate) AddFileFindings(list []model.FindingGroup) {
	for i := range list {
		a.findings.bySeverity[list[i].Severity]++
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
func (a *Aggregate) SetTimers(timers []model.Timer) { a.timers = timers }

// Count returns how many findings of at least the given severity were counted.
func (a *Aggregate) Count(severity model.Severity) int64 { return a.findings.count(severity) }

// counted returns the counts that are not 0 by what is counted.
func counted[E ~uint8](counts []int64) map[E]int64 {
	out := map[E]int64{}
	for i, n := range counts {
		if n > 0 {
			out[E(i)] = n
		}
	}
	return out
}

func addStays(states *[tcpstate.NumStates]stayTimes, stays []model.Stay) {
	for i := range stays {
		s := &stays[i]
		times := &states[s.State]
		switch {
		case s.Open:
			times.open.add(s.DurationS)
		case s.Bound == conn.AtMost:
			times.atMost.add(s.DurationS)
		case s.Bound == conn.AtLeast:
			times.atLeast.add(s.DurationS)
		default:
			times.exact.add(s.DurationS)
		}
	}
}

// Summary returns what has been gathered so far.
func (a *Aggregate) Summary() *model.Summary {
	s := &model.Summary{
		Schema:      model.SummarySchema,
		Files:       append([]model.FileInfo{}, a.files...),
		Connections: a.connections,
		Close:       counted[conn.Close](a.close[:]),
		FirstCloser: counted[conn.Role](a.firstCloser[:]),
		Findings:    append(a.findings.list(a.timers), a.ofFiles...),
		Timers:      append([]model.Timer{}, a.timers...),
		Severities:  countsOf(&a.findings.bySeverity),
		By:          a.by.list(),
	}
	if text := a.twins.caveat(); text != "" {
		s.Caveats = []string{text}
	}
	s.States.Client, s.States.Server = stateTimes(&a.states.Client), stateTimes(&a.states.Server)
	return s
}

func stateTimes(states *[tcpstate.NumStates]stayTimes) map[tcpstate.State]*model.StateTimes {
	out := map[tcpstate.State]*model.StateTimes{}
	for i := range states {
		t := &states[i]
		if t.exact.n+t.open.n+t.atMost.n+t.atLeast.n == 0 {
			continue
		}
		one := &model.StateTimes{
			N: t.exact.n, P50: t.exact.quantile(50), P90: t.exact.quantile(90), P99: t.exact.quantile(99),
			Open: t.open.n, MaxOpen: t.open.longest(),
			AtMost: t.atMost.n, MaxAtMost: t.atMost.longest(),
			AtLeast: t.atLeast.n, MaxAtLeast: t.atLeast.longest(),
		}
		one.Bins = t.exact.bins()
		if t.exact.n > 0 {
			longest := t.exact.max
			one.Max = &longest
		}
		out[tcpstate.State(i)] = one
	}
	return out
}
