package report

import (
	"fmt"
	"strconv"
	"time"

	"finwait/analyzer"
)

// span words a duration for people, with three digits: 42.6 ms, 2.16 s, 16m 40s.
func span(s analyzer.Seconds) string {
	d := s.Duration()
	switch {
	case d < 0:
		return "-" + span(-s)
	case d == 0:
		return "0 s"
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d)
	case d < 999500*time.Nanosecond:
		return digits3(float64(d)/1e3) + " µs"
	case d < 999500*time.Microsecond:
		return digits3(float64(d)/1e6) + " ms"
	case d < 999500*time.Millisecond:
		return digits3(float64(d)/1e9) + " s"
	case d < 100*time.Minute:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm %02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 100*time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh %02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	d = d.Round(time.Hour)
	return fmt.Sprintf("%dd %02dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

// digits3 formats 1 ≤ v < 1000 with three digits.
func digits3(v float64) string {
	switch {
	case v < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// bounded words a duration with its bound: > 9.80 s, ≤ 2.16 s.
func bounded(s *analyzer.Seconds, bound *string) string {
	if s == nil {
		return ""
	}
	if bound != nil {
		switch *bound {
		case "at-least":
			return "> " + span(*s)
		case "at-most":
			return "≤ " + span(*s)
		}
	}
	return span(*s)
}

// count words a number with its noun: 1 packet, 2,000 packets.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// number groups digits by thousands.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// closeWords are the values of close as text for people, in the order in which
// they are told if they are equally frequent.
var closeWords = []struct{ value, words string }{
	{"graceful", "graceful"},
	{"half-closed", "half-closed"},
	{"reset-after-fin", "reset after FIN"},
	{"reset", "reset"},
	{"open", "still open"},
	{"refused", "refused"},
	{"unanswered", "unanswered SYN"},
	{"half-open", "half-open"},
	{"unknown", "unknown"},
}

// closingStates are the states in which a connection is being closed, in the
// order of RFC 9293 §3.3.2. TIME-WAIT is not among them: how long it lasts is
// the kernel's affair and leaves no trace.
var closingStates = []string{"FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "CLOSE-WAIT", "LAST-ACK"}
