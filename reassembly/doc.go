// Package reassembly finds the connections in the segments of a capture: it has the
// table of connections, knows which of them are over and when what is said of them is
// final, and hands each out then. What a connection is, and what became of it, is
// package conn's. No file reader stands behind it: segments may come from anywhere.
package reassembly
