// Command finwait-beam analyzes captures as finwait does, on many machines: it is an
// Apache Beam pipeline around the same packages.
package main
