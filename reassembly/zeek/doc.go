// Package zeek derives conn_state and history of a TCP connection as Zeek's
// conn.log has them, by Zeek's own idea of who originated it.
//
// It is an automaton with Zeek's habits and knows nothing of RFC 9293's states
// or of time. It does what Zeek does by default, except that checksums are not
// validated (so there is no letter "c") and that nothing is split or forgotten
// on a timer. The comments name the file and the function of Zeek's source
// that a habit comes from, as of Zeek 7.
package zeek
