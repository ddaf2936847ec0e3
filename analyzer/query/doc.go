// Package query selects connections by expressions over their records, in the
// language of github.com/expr-lang/expr. Fields have the names of the record's
// JSON form: server.port == 443 && close == "half-closed".
//
// Durations are seconds, times are compared with date("2026-01-02T15:04:05Z").
// What is null in JSON is nil: a field of nil is nil, and no order holds with
// nil, so half_closed_s > 1 is false where half_closed_s is null.
//
// Assertions are expressions over a capture as a whole: all(flows, .close ==
// "graceful").
//
// It is for the finwait commands, and may change with them: package analyzer is for others.
package query
