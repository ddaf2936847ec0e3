package reassembly

import (
	"testing"

	"finwait/reassembly/conn"
)

// exchangeOnce has one connection of ten segments open, ask, answer and close.
func exchangeOnce(k *crowd) {
	k.open(1)
	k.exchange(1, "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n")
	k.say(1, 1, finACK, 20, 38, "")
	k.say(1, 0, finACK, 38, 21, "")
	k.say(1, 1, ack, 21, 39, "")
}

// A Tracker costs little, so that one can follow one connection of a distributed
// group.
func TestTrackerIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			k := newCrowd(Config{}, func(*conn.Conn) {})
			exchangeOnce(k)
			k.Flush()
		}
	})
	if octets := result.AllocedBytesPerOp(); octets > 64<<10 {
		t.Errorf("a Tracker for one connection allocates %d octets", octets)
	}
	t.Logf("%v for one connection of ten segments", result.NsPerOp())
	t.Log(result, result.MemString())
}

// BenchmarkEncode is a connection of ten segments, encoded and decoded.
func BenchmarkEncode(b *testing.B) {
	k := newCrowd(Config{}, func(*conn.Conn) {})
	exchangeOnce(k)
	h := k.heads.At(1)
	var buf []byte
	for b.Loop() {
		buf = k.store.Append(buf[:0], h)
		k.store.Release(h)
		if _, err := k.store.Decode(buf, h); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(buf)), "octets")
}
