package report

import "finwait/analyzer"

// Span words a duration for people, with three digits: 42.6 ms, 2.16 s, 16m 40s.
func Span(s analyzer.Seconds) string { return span(s) }
