// Package diff compares two runs: how many connections were closed in which way,
// by whom, what the rules found, and how long each side stayed in each state.
//
// It is for the finwait commands, and may change with them: package analyzer is for others.
package diff
