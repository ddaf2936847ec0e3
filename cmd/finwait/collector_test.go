package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestShare(t *testing.T) {
	for _, test := range []struct {
		live uint64
		want int
	}{{0, 100}, {1, 100}, {headroom, 100}, {2 * headroom, 50}, {3 * headroom, 33}, {4 * headroom, 25}, {10 * headroom, 10}, {1 << 40, 10}} {
		if got := share(test.live); got != test.want {
			t.Errorf("a heap of %d octets may grow by %d %%, want %d %%", test.live, got, test.want)
		}
	}
}

// The share follows the heap, up and down.
func TestFrugal(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	frugal()
	large := make([]byte, 100*headroom/leastShare)
	waitForShare(t, leastShare)
	runtime.KeepAlive(large)
	large = nil
	waitForShare(t, 100)
}

// waitForShare collects until the heap may grow by so many percent.
func waitForShare(t *testing.T, want uint64) {
	t.Helper()
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(5 * time.Millisecond) {
		runtime.GC()
		if metrics.Read(sample); sample[0].Value.Uint64() == want {
			return
		}
	}
	t.Fatalf("the heap may grow by %d %%, want %d %%", sample[0].Value.Uint64(), want)
}
