// Package reassembly follows TCP connections through a capture: the connection
// table, both endpoints' sequence spaces, and the bounded evidence from which
// an endpoint's states are derived once its connection ends.
//
// It reconstructs no byte streams and passes no verdicts.
package reassembly
