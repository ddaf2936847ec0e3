package diff

import (
	"maps"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// Schema names the version of the JSON form of a Diff.
const Schema = "finwait.diff/1"

// A p90 differs if it moved by more than both.
const (
	someShare = 0.2 // of what it was
	someTime  = 50 * time.Millisecond
)

// Run is one side of a comparison. It is a Handler.
type Run struct {
	name    string
	rules   map[string]*rule
	summary *model.Summary
}

type rule struct {
	name  string
	count int64
}

// NewRun returns a Run that is empty.
func NewRun(name string) *Run { return &Run{name: name, rules: map[string]*rule{}} }

// Record counts what was found on one connection.
func (r *Run) Record(rec *model.Record) error {
	for i := range rec.Findings {
		f := &rec.Findings[i]
		if r.rules[f.Rule] == nil {
			r.rules[f.Rule] = &rule{name: f.Name}
		}
		r.rules[f.Rule].count++
	}
	return nil
}

// File has nothing to add.
func (r *Run) File(*model.FileInfo) error { return nil }

// Close takes the rest from the summary.
func (r *Run) Close(s *model.Summary) error {
	r.summary = s
	return nil
}

// Diff is what changed from one run to another.
type Diff struct {
	Schema      string                                  `json:"schema"`
	Old         string                                  `json:"old"`
	New         string                                  `json:"new"`
	Differs     bool                                    `json:"differs"`
	Connections Count                                   `json:"connections"`
	Close       map[conn.Close]Count                    `json:"close"`
	FirstCloser map[conn.Role]Count                     `json:"first_closer"`
	Rules       map[string]RuleCount                    `json:"rules"`
	States      model.Sides[map[tcpstate.State]*Change] `json:"states"`
}

// Count is a number of connections, or of findings.
type Count struct {
	Old int64 `json:"old"`
	New int64 `json:"new"`
}

// RuleCount counts the findings of one rule.
type RuleCount struct {
	Name string `json:"name"`
	Count
}

// Change is how long one side stayed in one state. A side without such stays is
// null.
type Change struct {
	Old     *model.StateTimes `json:"old"`
	New     *model.StateTimes `json:"new"`
	Differs bool              `json:"differs"` // their p90
}

// Compare returns what changed.
func Compare(was, is *Run) *Diff {
	d := &Diff{
		Schema: Schema, Old: was.name, New: is.name,
		Connections: Count{was.summary.Connections, is.summary.Connections},
		Close:       counts(was.summary.Close, is.summary.Close),
		FirstCloser: counts(was.summary.FirstCloser, is.summary.FirstCloser),
		Rules:       map[string]RuleCount{},
	}
	for id, r := range is.rules {
		d.Rules[id] = RuleCount{r.name, Count{New: r.count}}
	}
	for id, r := range was.rules {
		d.Rules[id] = RuleCount{r.name, Count{Old: r.count, New: d.Rules[id].New}}
	}
	d.States.Client = changes(was.summary.States.Client, is.summary.States.Client)
	d.States.Server = changes(was.summary.States.Server, is.summary.States.Server)
	d.Differs = d.differs()
	return d
}

func counts[E comparable](was, is map[E]int64) map[E]Count {
	out := map[E]Count{}
	for key, n := range was {
		out[key] = Count{n, is[key]}
	}
	for key, n := range is {
		out[key] = Count{was[key], n}
	}
	return out
}

func changes(was, is map[tcpstate.State]*model.StateTimes) map[tcpstate.State]*Change {
	out := map[tcpstate.State]*Change{}
	for name, times := range was {
		out[name] = &Change{Old: times, New: is[name]}
	}
	for name, times := range is {
		out[name] = &Change{Old: was[name], New: times}
	}
	for _, c := range out {
		c.Differs = c.moved()
	}
	return out
}

// moved reports whether the p90 is another one. That there is none on one side
// shows in the counts.
func (c *Change) moved() bool {
	if c.Old == nil || c.New == nil || c.Old.P90 == nil || c.New.P90 == nil {
		return false
	}
	by := (*c.New.P90 - *c.Old.P90).Duration().Abs()
	return by > someTime && float64(by) > someShare*float64(*c.Old.P90)
}

func (d *Diff) differs() bool {
	for _, c := range d.Rules {
		if c.Old != c.New {
			return true
		}
	}
	for _, c := range slices.Concat(slices.Collect(maps.Values(d.Close)), slices.Collect(maps.Values(d.FirstCloser)), []Count{d.Connections}) {
		if c.Old != c.New {
			return true
		}
	}
	for _, c := range slices.Concat(slices.Collect(maps.Values(d.States.Client)), slices.Collect(maps.Values(d.States.Server))) {
		if c.Differs {
			return true
		}
	}
	return false
}
