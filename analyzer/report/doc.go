// Package report writes the results of a run: one file per format. Every format
// is a model.Handler, so that it serves a run as well as a stored one, which
// Replay reads back.
//
// It decides nothing: exit codes, selections and the order of files are the
// business of others. Text that comes from a capture or a file name passes
// through package prose before it is shown.
//
// It is for the finwait commands, and may change with them: package analyzer is for others.
package report
