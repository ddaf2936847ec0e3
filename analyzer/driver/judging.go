package driver

import (
	"finwait/analyzer/internal/timers"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// judge returns what adds to a result whose record was built what the rules find, and
// what the connection shows of timers.
func (o *Options) judge() func(*result, *conn.Conn) {
	judge := model.Judge(o.Rules, o.Config, timers.Needs...)
	return func(res *result, c *conn.Conn) {
		exchanges := judge(res.record, c)
		if !o.Uncounted {
			timers.Observe(o.Config, res.record, exchanges, &res.observation)
		}
		if !o.SkipViews {
			res.observation.Store(res.record)
		}
		model.Suppress(res.record, o.Rules, o.Config)
	}
}

// Judging makes records of connections that a Tracker elsewhere hands out, and counts
// them, as Run does with those of captures that are joined.
type Judging struct {
	Outcome *Outcome
	Votes   Votes // where the captures were taken

	options *Options
	builder model.Builder
	result  result
	judge   func(*result, *conn.Conn)
}

// NewJudging returns a Judging that has not seen a connection.
func NewJudging(o Options) *Judging {
	options := o.withDefaults()
	return &Judging{Outcome: NewOutcome(o), options: options, judge: options.judge()}
}

// Record returns the record of a connection, which is valid until the next call. What it
// is called that captures tell of is for the caller to say: the interface, "" where there
// is none, and in which file a frame is, and what its number is among all: the Tracker may
// have seen others, in the same order.
func (j *Judging) Record(c *conn.Conn, interfaceName string, at func(frame int64) (file string, name int64)) *model.Record {
	r := j.builder.Record("", c)
	if interfaceName != "" {
		r.Interface = &interfaceName
	}
	j.result.record = r
	j.judge(&j.result, c)
	nameFrames(r, at)
	j.Votes.Add(r.Vantage)
	j.Outcome.Totals.Add(r)
	j.Outcome.Timers.Add(&j.result.observation)
	return r
}
