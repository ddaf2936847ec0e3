package query

import (
	"reflect"
	"sync"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// facts is what an assertion speaks of: one capture.
type facts struct {
	Flows    []model.Record `json:"flows"`
	Findings []finding      `json:"findings"`
	Timers   []model.Timer  `json:"timers"`
	File     model.FileInfo `json:"file"`
}

// finding is a finding with the connection that it is about. One about the
// capture as a whole has no stream, and no addresses.
type finding struct {
	Rule      string         `json:"rule"`
	Name      string         `json:"name"`
	Severity  model.Severity `json:"severity"`
	Message   model.Text     `json:"message"`
	Side      *conn.Role     `json:"side"`
	Frames    []int64        `json:"frames"`
	DurationS *model.Seconds `json:"duration_s"`
	Bound     *conn.Bound    `json:"bound"`
	Advice    model.Text     `json:"advice"`
	Stream    *uint32        `json:"stream"`
	Client    *string        `json:"client"` // ip:port
	Server    *string        `json:"server"`
}

// factsView is made when the first assertion is compiled.
var factsView = sync.OnceValue(func() view { return viewOf(reflect.TypeFor[facts]()) })

var factsRoot = sync.OnceValue(func() *root {
	return &root{typ: factsView().typ, functions: []string{
		"all", "any", "none", "one", "count", "filter", "map", "find", "len", "max", "min", "sum", "mean", "median",
	}}
})

// Facts are what assertions are checked against. They are for one goroutine.
type Facts struct {
	env    any
	budget *Budget
}

// NewFacts gathers what is known of one capture, the records in the order of
// their streams. ofFile are what is found of it as a whole.
func NewFacts(budget *Budget, file *model.FileInfo, records []*model.Record, ofFile []model.FindingGroup, timers []model.Timer) *Facts {
	all := facts{Timers: timers, File: *file}
	for i := range ofFile {
		f := &ofFile[i]
		all.Findings = append(all.Findings, finding{Rule: f.Rule, Name: f.Name, Severity: f.Severity, Message: model.TextOf(f.Message), Advice: model.TextOf(f.Advice)})
	}
	for _, r := range records {
		all.Flows = append(all.Flows, *r)
		client, server := address(r.Client), address(r.Server)
		for i := range r.Findings {
			f := &r.Findings[i]
			all.Findings = append(all.Findings, finding{
				Rule: f.Rule, Name: f.Name, Severity: f.Severity, Message: f.Message, Side: f.Side, Frames: f.Frames,
				DurationS: f.DurationS, Bound: f.Bound, Advice: f.Advice,
				Stream: &r.Stream, Client: &client, Server: &server,
			})
		}
	}
	env := reflect.New(factsView().typ).Elem()
	factsView().fill(env, reflect.ValueOf(&all).Elem())
	budget.Add(len(records))
	return &Facts{env: env.Interface(), budget: budget}
}

func address(e model.Endpoint) string { return e.AddrPort().String() }
