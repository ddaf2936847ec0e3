package driver

import (
	"finwait/analyzer/model"
	"finwait/analyzer/rules"
	"finwait/analyzer/tally"
)

// NewOutcome returns the outcome of a run that has not begun: that of others can be
// merged into it.
func NewOutcome(o Options) *Outcome {
	out := new(Outcome)
	out.prepare(o.withDefaults())
	return out
}

// prepare tells o how findings are grouped.
func (o *Outcome) prepare(options *Options) {
	o.Totals.Explain(tally.Grouping{Rules: options.Rules, Explains: rules.Causes})
	o.Totals.By(options.By)
}

// Merge takes in the outcome of a run over captures that come after those of o. It says
// the same then as if one run had read them all, up to the limits on the servers that a
// summary tells apart: which go into one row beyond those depends on the order.
func (o *Outcome) Merge(next *Outcome) {
	o.Unreadable += next.Unreadable
	o.CutShort += next.CutShort
	o.Read = o.Read || next.Read
	o.Interrupted = o.Interrupted || next.Interrupted
	if next.HasPlain && (!o.HasPlain || next.Plain < o.Plain) {
		o.Plain, o.HasPlain = next.Plain, true
	}
	o.Gaps, o.HasGaps = append(o.Gaps, next.Gaps...), false
	o.Totals.Merge(&next.Totals)
	o.Timers.Merge(&next.Timers)
}

// Summary returns what is to be said of all.
func (o *Outcome) Summary() *model.Summary {
	o.Totals.SetTimers(o.Timers.Infer())
	return o.Totals.Summary()
}
