package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The collector's default is to let the heap double before it looks through it
// again. The tables of connections are most of a large heap, and hold no pointers:
// there is little to look through, and nothing gained by waiting. So the heap may
// double up to headroom octets, and grow by less when it is larger, but by a
// tenth in any case. Measured on a million connections, half-open and with
// payload: a tenth to a third less memory in the same time.
const (
	headroom   = 32 << 20
	leastShare = 10 // percent
)

// frugal lets the collector run more often the larger the heap is, unless the
// environment says how often it is to run (see package runtime).
func frugal() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		afterCollections(adjust)
	}
}

// afterCollections calls f after each collection, or some time later.
func afterCollections(f func()) {
	canary := new([16]byte) // large enough not to share its place with others
	runtime.AddCleanup(canary, func(f func()) {
		f()
		afterCollections(f)
	}, f)
}

// adjust sets by how much the heap may grow until the next collection.
func adjust() {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/gogc:percent"}}
	metrics.Read(heap)
	if p := share(heap[0].Value.Uint64()); uint64(p) != heap[1].Value.Uint64() {
		debug.SetGCPercent(p)
	}
}

// share returns by how much, in percent, a heap of so many octets may grow.
func share(live uint64) int {
	if live <= headroom {
		return 100
	}
	return int(max(100*headroom/live, leastShare))
}
