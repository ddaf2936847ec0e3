package prose

import (
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// Bounded words a duration with its bound: > 9.80 s, ≤ 2.16 s.
func Bounded(s *model.Seconds, bound *conn.Bound) string {
	if s == nil {
		return ""
	}
	if bound != nil {
		switch *bound {
		case conn.AtLeast:
			return "> " + s.Words()
		case conn.AtMost:
			return "≤ " + s.Words()
		}
	}
	return s.Words()
}

// closeWords are the values of close as text for people, in the order in which
// they are told if they are equally frequent.
var closeWords = []struct {
	value conn.Close
	words string
}{
	{conn.CloseGraceful, "graceful"},
	{conn.CloseHalfClosed, "half-closed"},
	{conn.CloseResetAfterFIN, "reset after FIN"},
	{conn.CloseReset, "reset"},
	{conn.CloseOpen, "still open"},
	{conn.CloseRefused, "refused"},
	{conn.CloseUnanswered, "unanswered SYN"},
	{conn.CloseHalfOpen, "half-open"},
	{conn.CloseUnknown, "unknown"},
}

// Closes returns the values of close in that order.
func Closes() (list []conn.Close) {
	for _, c := range closeWords {
		list = append(list, c.value)
	}
	return list
}

// CloseWords words a value of close.
func CloseWords(value conn.Close) string {
	for _, c := range closeWords {
		if c.value == value {
			return c.words
		}
	}
	return value.String()
}

// ClosingStates are the states in which a connection is being closed, in the
// order of RFC 9293 §3.3.2. TIME-WAIT is not among them: how long it lasts is
// the kernel's affair and leaves no trace.
var ClosingStates = []tcpstate.State{tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.Closing, tcpstate.CloseWait, tcpstate.LastAck}

// IsClosing reports whether a connection is being closed in a state that leaves a
// trace of how long it lasts.
func IsClosing(s tcpstate.State) bool { return slices.Contains(ClosingStates, s) }

// Some words a number, and nothing where there is none.
func Some(n int64) string {
	if n == 0 {
		return ""
	}
	return Number(n)
}

// ShortTime writes a time without the zeros behind its decimal point.
func ShortTime(t model.Time) string {
	return strings.TrimRight(strings.TrimRight(strings.TrimSuffix(t.String(), "Z"), "0"), ".") + "Z"
}
