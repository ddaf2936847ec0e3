// Package stream numbers TCP conversations as Wireshark does, so that
// "tcp.stream eq N" finds the same connection there, and keeps the little that
// must outlive a connection: a number never expires, and only a SYN that
// Wireshark takes as new opens another stream on a known 4-tuple.
//
// It knows nothing of connections, states or time.
package stream
