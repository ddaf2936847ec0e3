// Package diff compares two runs: how many connections were closed in which way,
// by whom, what the rules found, and how long each side stayed in each state.
package diff
