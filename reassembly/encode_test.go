package reassembly

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
)

// recode encodes every connection of a tracker that is not handed out yet, forgets
// it, and decodes it again.
func recode(t *testing.T, k *Tracker) (n, octets int) {
	for _, q := range []*list{&k.live, &k.ended} {
		for i := q.head; i != 0; i = k.table.At(i).next {
			h := k.heads.At(k.table.At(i).head)
			b := k.store.Append(nil, h)
			k.store.Release(h)
			rest, err := k.store.Decode(append(b, "behind"...), h)
			if err != nil || string(rest) != "behind" {
				t.Fatalf("stream %d: %v, %q is left", k.table.At(i).stream, err, rest)
			}
			if again := k.store.Append(nil, h); !bytes.Equal(b, again) {
				t.Fatalf("stream %d: %d octets, encoded again %d", k.table.At(i).stream, len(b), len(again))
			}
			n, octets = n+1, octets+len(b)
		}
	}
	return n, octets
}

// A connection that was encoded and decoded goes on as if nothing had been.
func TestDecodedConnectionsGoOn(t *testing.T) {
	total, octets := 0, 0
	for seed := range uint64(120) {
		var events []event
		if seed%2 == 0 {
			r := &talkers{Rand: rand.New(rand.NewPCG(seed, 3)), now: 1e18}
			events = r.capture(5 << (seed % 6))
		} else {
			r := &chance{Rand: rand.New(rand.NewPCG(seed, 7)), now: 1e18, tuples: 1 + int(seed%8), steady: 12 << (seed / 8 % 5)}
			for n := 1; n <= 300; n++ {
				events = append(events, r.event(n))
			}
		}
		var got []*conn.Conn
		k := NewTracker(Config{}, func(c *conn.Conn) { got = append(got, c.Clone()) })
		for i := range events {
			events[i].to(k)
			if i%7 == int(seed%7) {
				n, size := recode(t, k)
				total, octets = total+n, octets+size
			}
		}
		k.Flush()
		want, _, _ := tell(Config{}, false, events)
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d connections, %d when nothing was encoded", seed, len(got), len(want))
		}
		for i := range got {
			if !reflect.DeepEqual(shown(got[i]), shown(want[i])) {
				t.Fatalf("seed %d, stream %d: not what is told when nothing was encoded", seed, got[i].Stream)
			}
		}
	}
	t.Logf("%d connections, %d octets each", total, octets/max(total, 1))
}

// What is not the encoding of a connection is an error, and leaves nothing behind.
func FuzzDecodeConnection(f *testing.F) {
	for _, seed := range []uint64{2, 3} {
		r := &talkers{Rand: rand.New(rand.NewPCG(seed, 3)), now: 1e18}
		k := NewTracker(Config{}, func(*conn.Conn) {})
		for _, e := range r.capture(40)[:200] {
			k.Add(frame.Frame{Number: e.frame, Time: e.time}, &e.s)
		}
		for i := k.live.head; i != 0; i = k.table.At(i).next {
			f.Add(k.store.Append(nil, k.heads.At(k.table.At(i).head)))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x := conn.NewStore(true)
		var h conn.Head
		rest, err := x.Decode(b, &h)
		if err != nil {
			return
		}
		again := x.Append(nil, &h)
		if whole := append(again, rest...); len(whole) > len(b)+len(again) {
			t.Fatalf("%d octets became %d", len(b), len(whole))
		}
		v := x.Value(&h)
		conn.NewDeriver(true).Derive(&v)
		x.Release(&h)
	})
}
