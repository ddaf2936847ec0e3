// Package zeek derives conn_state and history of a TCP connection as Zeek's
// conn.log has them, by Zeek's own idea of who originated it.
//
// It is an automaton with Zeek's habits and knows nothing of RFC 9293's states.
// Checksums are not validated, and a connection is never split on a timer.
package zeek
