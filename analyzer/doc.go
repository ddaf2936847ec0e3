// Package analyzer tells how the TCP connections of captures were closed: who closed
// first, who never did, how long each end was in which state, why, and which frames
// prove it. It is finwait as a library.
//
// Run reads captures and hands a Record of each connection, with the Findings of the
// rules, to a Handler; it returns the Summary of all. Its zero Options do what the
// command does.
//
// A rule of one's own is a Rule: its Check looks at one connection and reports Facts,
// of which its words follow. Rules returns those that finwait has.
//
// Segments need not come from a file: a reassembly.Tracker takes them from anywhere,
// and Judge makes Records of the connections that it hands out.
//
// What is said of types here and of their fields stands in package model.
package analyzer
