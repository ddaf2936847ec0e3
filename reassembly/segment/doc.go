// Package segment turns the bytes of one captured packet into a TCP Segment,
// or says by name why there is none. It allocates nothing.
//
// It reads headers only: it keeps no state between packets, except for IP
// fragments, and knows nothing of connections.
package segment
