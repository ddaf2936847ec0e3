// Package rules holds finwait's rules, one file each. Rules, in rules.go, lists
// them in the order of their IDs; its table says which of them imply or exclude
// which.
//
// A rule reads a connection's record and evidence and reports facts. It does no
// input or output and keeps nothing between connections.
package rules
