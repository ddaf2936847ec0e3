package timeline

import (
	"math"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// This file alone reads the states of records.

// forever stands for the end of a stay that lasts as long as anything was observed.
const forever = model.Time(math.MaxInt64)

// finalAfter is how long an ended connection is observed after its last segment.
const finalAfter = time.Minute

// span is a stay as it is counted: from its beginning on, and before its end.
type span struct {
	state     tcpstate.State
	from, to  model.Time
	latest    model.Time // to where it lasted as long as it can have
	uncertain bool       // it may have ended at any time before its end: at-most
	limited   bool       // by how long TIME-WAIT is said to last
	stay      *model.Stay
}

// ends is what a record tells of its two ends, the client first.
type ends struct {
	record   *model.Record
	stays    [2][]model.Stay
	packets  [2]int64
	observed model.Time // the end of observation of the connection
	reused   bool       // by the SYN of the next, which came then
	livesOn  bool       // observation ended, and the connection had not
}

func endsOf(r *model.Record) ends {
	e := ends{
		record: r, stays: [2][]model.Stay{r.States.Client, r.States.Server},
		packets: [2]int64{r.Packets.Client, r.Packets.Server},
		reused:  r.Ended == conn.EndReused,
		livesOn: r.Ended == conn.EndCapture || r.Ended == conn.EndIdle || r.Ended == conn.EndEvicted,
	}
	e.observed = forever
	for _, stays := range e.stays { // a far end's last stay may begin behind the end: what led there was under way
		if n := len(stays); n > 0 {
			e.observed = min(e.observed, add(stays[n-1].Since, stays[n-1].DurationS.Duration()))
		}
	}
	return e
}

// span returns how a stay of one side is counted; false where there is no socket: in
// CLOSED and LISTEN, and where nothing was seen of the end.
func (e *ends) span(side, i int, timeWait time.Duration) (span, bool) {
	s := &e.stays[side][i]
	if s.State == tcpstate.Closed || s.State == tcpstate.Listen || s.State == tcpstate.Unknown && e.packets[side] == 0 {
		return span{}, false
	}
	to := add(s.Since, s.DurationS.Duration())
	out := span{state: s.State, from: s.Since, to: to, latest: to, uncertain: s.Bound == conn.AtMost, stay: s}
	switch {
	case s.State == tcpstate.TimeWait: // its length is the kernel's affair, and no evidence
		out.to = add(s.Since, timeWait)
		if !s.Open || to != add(e.record.Last.Time, finalAfter) { // reuse, or the end of the capture
			out.to = min(out.to, to)
		}
		out.latest, out.limited = out.to, out.to == add(s.Since, timeWait)
	case s.Bound == conn.AtLeast && e.livesOn:
		out.latest = forever
	case s.Bound == conn.AtLeast:
		out.latest = max(to, e.observed)
	}
	return out, true
}

// lasts reports whether a stay that is told to end at that time may go on: where it
// is the end of the capture, its last moment is the stay's, too. Another that ended at
// that very time has made room for the next.
func (e *ends) lasts(s *span, to model.Time) bool {
	return to == e.observed && (s.stay.Open || to > s.to) && !e.reused && !s.limited
}

// add returns t + d, or the last time that can be told.
func add(t model.Time, d time.Duration) model.Time {
	if d > 0 && t > forever-model.Time(d) {
		return forever
	}
	return t + model.Time(d)
}
