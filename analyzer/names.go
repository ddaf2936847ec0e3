package analyzer

import "finwait/analyzer/model"

// What Run hands out.
type (
	Handler  = model.Handler  // receives the results of a run, in order
	Record   = model.Record   // one connection
	FileInfo = model.FileInfo // one capture
	Summary  = model.Summary  // the whole run
)

// What a Record is made of.
type (
	Sides[T any] = model.Sides[T] // one value for each end
	Endpoint     = model.Endpoint
	Tunnel       = model.Tunnel
	Quality      = model.Quality // what one side sent that was not new data in order
	Point        = model.Point   // a captured segment
	Zeek         = model.Zeek
	FIN          = model.FIN
	RST          = model.RST
	Stay         = model.Stay // of an end in a state
	App          = model.App  // the protocol above TCP
	Finding      = model.Finding
	Wait         = model.Wait    // what timers are inferred from
	Time         = model.Time    // nanoseconds since 1970
	Seconds      = model.Seconds // a duration, in JSON a number of seconds
)

// What a Summary is made of.
type (
	FindingGroup = model.FindingGroup // one rule's findings about one server
	Example      = model.Example      // a connection that shows it
	Fold         = model.Fold         // findings that another explains
	Severities   = model.Severities
	StateTimes   = model.StateTimes // how long stays in one state lasted
	Timer        = model.Timer      // a timeout that shows in the times of connections
	Row          = model.Row        // what is told of one file, server, client or rule
	Worst        = model.Worst
	HalfTimes    = model.HalfTimes
	RunInfo      = model.RunInfo // a stored run
)

// What rules are made of.
type (
	Rule     = model.Rule
	Doc      = model.Doc     // what finwait explain says of a rule
	Doubt    = model.Doubt   // what a caveat does to a rule's findings
	Pass     = model.Pass    // a rule's look at one connection
	Verdict  = model.Verdict // what every rule says of what it found
	Took     = model.Took    // the duration that a verdict is about
	Facts    = model.Facts   // what a rule found, in values of its own
	Plain    = model.Plain   // Facts that hold their words
	Text     = model.Text    // words that are made when they are read
	Group    = model.Group   // what a rule found on several connections of one server
	Spread   = model.Spread  // how durations lie
	Config   = model.Config  // the thresholds
	Severity = model.Severity
)

// The severities, from the least.
const (
	NoSeverity = model.NoSeverity
	Info       = model.Info
	Warning    = model.Warning
	Error      = model.Error
)
