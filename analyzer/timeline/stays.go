package timeline

import (
	"math"
	"time"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/tcpstate"
)

// This file alone reads the states of records.

// forever stands for the end of a stay that lasts as long as anything was observed.
const forever = analyzer.Time(math.MaxInt64)

// span is a stay as it is counted: from its beginning on, and before its end.
type span struct {
	state     tcpstate.State
	from, to  analyzer.Time
	latest    analyzer.Time // to where it lasted as long as it can have
	uncertain bool          // it may have ended at any time before its end: at-most
	stay      *analyzer.Stay
}

// sidesOf are the two ends of a record, the client first.
func sidesOf(r *analyzer.Record) [2][]analyzer.Stay {
	return [2][]analyzer.Stay{r.States.Client, r.States.Server}
}

// spanOf returns how a stay of r is counted; false for a state without a socket.
func spanOf(r *analyzer.Record, s *analyzer.Stay, timeWait time.Duration) (span, bool) {
	state := s.State
	if state == tcpstate.Closed || state == tcpstate.Listen {
		return span{}, false
	}
	to := add(s.Since, s.DurationS.Duration())
	out := span{state: state, from: s.Since, to: to, latest: to, uncertain: s.Bound == reassembly.AtMost, stay: s}
	reused := r.Ended == reassembly.EndReused
	if state == tcpstate.TimeWait { // its length is the kernel's affair and no evidence
		out.to = add(s.Since, timeWait)
		if !s.Open || reused {
			out.to = min(out.to, to)
		}
		out.latest = out.to
		return out, true
	}
	gaveUp := r.Ended == reassembly.EndCapture || r.Ended == reassembly.EndIdle || r.Ended == reassembly.EndEvicted // the socket may live on
	if s.Open && !reused {
		out.to = add(to, 1) // observation ended in it: the last moment is its, too
		if r.Ended == reassembly.EndCapture {
			out.to = forever
		}
		out.latest = out.to
	}
	if s.Bound == reassembly.AtLeast {
		if gaveUp {
			out.latest = forever
		} else {
			out.latest = max(out.to, endOfObservation(r))
		}
	}
	return out, true
}

// endOfObservation returns until when r was observed: no stay lasts longer.
func endOfObservation(r *analyzer.Record) (end analyzer.Time) {
	for _, stays := range sidesOf(r) {
		if n := len(stays); n > 0 {
			end = max(end, add(stays[n-1].Since, stays[n-1].DurationS.Duration()))
		}
	}
	return end
}

// add returns t + d, or the last time that can be told.
func add(t analyzer.Time, d time.Duration) analyzer.Time {
	if d > 0 && t > forever-analyzer.Time(d) {
		return forever
	}
	return t + analyzer.Time(d)
}
