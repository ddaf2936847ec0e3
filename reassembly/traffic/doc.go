// Package traffic makes up TCP traffic for benchmarks: from the same shape and
// seed the same packets, octet by octet, on any machine.
//
// Scripts of package pktscript say what a few packets mean; here it is their
// number that counts. There is no delay, no loss but what a story tells, and time
// passes at an even pace.
package traffic
