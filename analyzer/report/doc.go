// Package report writes what a run came to: the summary, one file per format over one
// model (digest). What is written of single connections stands below it: their records
// (records), their segments (ladders), their sockets (timelines), two captures (pairs).
// Records and Summaries list the formats that are a model.Handler, which serves a run as well
// as a stored one.
//
// It decides nothing: exit codes, selections and the order of files are the
// business of others. Text that comes from a capture or a file name passes
// through package prose before it is shown.
//
// It is for the finwait commands, and may change with them: package analyzer is for others.
package report
