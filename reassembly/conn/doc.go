// Package conn follows one TCP connection, and says what became of it.
//
// A connection is a log: a bounded list of compact entries, one for each segment. While
// every segment is the one that was to be expected, the log says it all. From the
// first other one on the connection has counters too: they are made by counting the
// segments of the log again, through the same code that then counts each new one
// (Store.count). What both ends did, and what they provably took in, is derived when
// observation of the connection ends: a Deriver makes a Conn of its Value.
//
//	segment ─ Store.Add ─▶ Head, log, counters ─ Store.Value ─ Deriver.Derive ─▶ Conn
//
// What another capture knows of what reached the ends is weighed after that (Conn.Weigh).
//
// The package knows nothing of other connections, of files, and of when a connection
// ends; package reassembly has the table. It reconstructs no byte streams and passes
// no verdicts.
package conn
