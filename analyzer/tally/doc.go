// Package tally adds up what records hold to the summary of a run: closes, times in states,
// findings by rule and server, files, servers and clients. What it keeps can be merged and
// stored; its size does not grow with the number of connections.
package tally
