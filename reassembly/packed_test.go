package reassembly

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"finwait/reassembly/conn"
	"finwait/reassembly/seqnum"
)

// What is packed while it waits to be final tells the same, whether its next segment
// comes, its 4-tuple is used again, or nothing happens.
func TestPackedConnectionsTellTheSame(t *testing.T) {
	packed := 0
	for seed := range uint64(200) {
		r := &talkers{Rand: rand.New(rand.NewPCG(seed, 17)), now: 1e18}
		events := r.capture(5 << (seed % 6))
		want, _, _ := tell(Config{}, false, events)
		var got []*conn.Conn
		k := NewTracker(Config{}, func(c *conn.Conn) { got = append(got, c.Clone()) })
		k.packed.beyond = int(seed % 3)
		for i := range events {
			events[i].to(k)
			packed = max(packed, k.packed.n)
			k.Frames(func(int64) {})
		}
		k.Flush()
		mustBeTheSame(t, got, want, fmt.Sprintf("seed %d", seed))
		if k.packed.n != 0 || k.count.ended != 0 || k.packed.next != 0 {
			t.Fatalf("seed %d: %d are packed of %d, the next is %d, when all were handed out", seed, k.packed.n, k.count.ended, k.packed.next)
		}
	}
	if packed < 5 {
		t.Errorf("at most %d were packed at a time: not much of a test", packed)
	}
}

// Connections that ended, each on a 4-tuple of its own, and are not final yet.
func TestOctetsPerEndedConnection(t *testing.T) {
	request, answer := "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nx"
	const connections = 300_000
	k := newCrowd(Config{}, func(*conn.Conn) {})
	before := heap()
	for n := range connections {
		k.open(n)
		k.exchange(n, request, answer)
		asked, said := 1+seqnum.Value(len(request)), 1+seqnum.Value(len(answer))
		k.say(n, 0, finACK, asked, said, "")
		k.say(n, 1, finACK, said, asked+1, "")
		k.say(n, 0, ack, asked+1, said+1, "")
	}
	each := int(heap()-before) / connections
	if k.count.ended != connections || each > 400+packBeyond*920/connections {
		t.Errorf("%d octets for each of %d connections that ended", each, k.count.ended)
	}
	t.Logf("%d octets, %d of %d are packed", each, k.packed.n, k.count.ended)
}

// mustBeTheSame fails where connections that were handed out in another way differ.
func mustBeTheSame(t *testing.T, got, want []*conn.Conn, of string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d connections in place of %d", of, len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(shown(got[i]), shown(want[i])) {
			t.Fatalf("%s, stream %d:\n%+v\nin place of\n%+v", of, got[i].Stream, got[i], want[i])
		}
	}
}
