// Package timelines writes what package timeline counts: sockets by state over time, and
// those of a moment.
package timelines
