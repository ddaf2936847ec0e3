// Package tcpstate is the state machine of one TCP endpoint, RFC 9293 §3.3.2
// (Figure 5), as a table. It knows neither time nor segments: what counts as an
// event is for its caller to prove.
package tcpstate
