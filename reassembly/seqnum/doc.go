// Package seqnum does arithmetic on TCP sequence numbers, which live modulo
// 2^32 (RFC 9293 §3.4), and unwraps them into offsets that only grow.
//
// It knows nothing of segments or connections.
package seqnum
