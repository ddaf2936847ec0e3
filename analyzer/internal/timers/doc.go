// Package timers finds timeouts that nobody wrote down: it measures how long
// each connection waited before something gave way, and infers a timer where
// several connections of one server agree.
//
// Observe measures one connection. A Collector keeps what was measured in
// bounded memory, in the order of the run, and Infer works out the timers. A
// timer fires late, never early, and what made a connection wait is not known
// beforehand: every wait is measured from all that may have started it, and the
// reference wins from which the connections agree best.
package timers
