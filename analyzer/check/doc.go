// Package check compares captures with what was agreed on: golden records that
// stand beside them, and assertions. It knows nothing of flags or of how
// captures are read; it changes no file.
//
// A golden record holds what a person would call the behaviour of a capture's
// connections: how each was closed and by whom, in which order each side passed
// through which states, what the rules found. It is made to survive a new
// recording of the same behaviour, on another machine and with another version
// of finwait; hence it holds no times, no durations, no addresses, no counts of
// segments, and names the rules that it knows of.
//
// It is for the finwait commands, and may change with them: package analyzer is for others.
package check
