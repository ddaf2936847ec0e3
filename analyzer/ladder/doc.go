// Package ladder tells a connection segment by segment: what each segment was,
// which states of the endpoints it began, and which findings it proves. It adds
// to a record, which is known beforehand, the segments of the same connection
// as they are read once more. How a ladder looks is the affair of package
// report.
//
// It is for the finwait commands, and may change with them: package analyzer is for others.
package ladder
