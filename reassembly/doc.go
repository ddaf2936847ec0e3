// Package reassembly follows TCP connections through a capture: the connection
// table, both endpoints' sequence spaces, and the bounded evidence from which
// an endpoint's states are derived once its connection ends.
//
// A connection goes through up to three stages, each a table of its own: a journal
// is the list of its segments, while there are few and all is as expected; a tcb
// knows both endpoints, whatever happens; what has ended rests until no stray
// segment is to be expected. What is told of it does not depend on them. They are
// without pointers, and indices take their place.
//
// It reconstructs no byte streams and passes no verdicts.
package reassembly
