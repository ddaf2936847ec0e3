// Package model is the model of an analysis: the connection Record that
// finwait promises to its users, the Rules that look at it, their Findings, and
// the Caveats that say what a capture cannot support.
//
// It builds Records out of the evidence that package reassembly gathers. It
// does no input or output.
package model
