package reassembly

import (
	"reflect"
	"runtime"
	"strings"
	"testing"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// crowd feeds a tracker with segments of many connections.
type crowd struct {
	*Tracker
	s segment.Segment
	p frame.Frame
}

func newCrowd(cfg Config, emit func(*conn.Conn)) *crowd {
	return &crowd{Tracker: NewTracker(cfg, emit), p: frame.Frame{Time: 1e18}}
}

// say sends a segment on the nth 4-tuple; seq and ack count from 0.
func (k *crowd) say(n, side int, flags segment.Flags, seq, ack seqnum.Value, payload string) {
	k.p.Number++
	k.p.Time += 1000
	k.s = segment.Segment{
		Seq: seq, Ack: ack, Flags: flags, Window: 500, Is4: true, TTL: 64, IPID: uint16(k.p.Number),
		Payload: []byte(payload), PayloadLen: uint32(len(payload)),
	}
	client, server := segment.Endpoint{Port: uint16(n)}, segment.Endpoint{Port: 443}
	client.Addr = segment.Addr{10: 0xff, 11: 0xff, 12: 10, 13: byte(n >> 24), 14: byte(n >> 16), 15: 1}
	server.Addr = segment.Addr{10: 0xff, 11: 0xff, 12: 198, 13: 51, 14: 100, 15: 7}
	k.s.Src, k.s.Dst = client, server
	if side == 1 {
		k.s.Src, k.s.Dst = server, client
	}
	k.Add(k.p, &k.s)
}

const (
	syn    = segment.SYN
	ack    = segment.ACK
	synACK = segment.SYN | segment.ACK
	finACK = segment.FIN | segment.ACK
	rst    = segment.RST
)

func (k *crowd) open(n int) {
	k.say(n, 0, syn, 0, 0, "")
	k.say(n, 1, synACK, 0, 1, "")
	k.say(n, 0, ack, 1, 1, "")
}

// exchange sends a request and its answer, each acknowledged.
func (k *crowd) exchange(n int, request, answer string) {
	k.say(n, 0, ack, 1, 1, request)
	k.say(n, 1, ack, 1, 1+seqnum.Value(len(request)), "")
	k.say(n, 1, ack, 1, 1+seqnum.Value(len(request)), answer)
	k.say(n, 0, ack, 1+seqnum.Value(len(request)), 1+seqnum.Value(len(answer)), "")
}

// heap returns how many octets are allocated once the collector has been.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What a live connection costs in octets, its 4-tuple in the index included.
func TestOctetsPerConnection(t *testing.T) {
	request, answer := "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat("x", 1400)
	for _, test := range []struct {
		name string
		feed func(k *crowd, n int)
		most int
	}{
		{"unanswered", func(k *crowd, n int) { k.say(n, 0, syn, 0, 0, "") }, 260},
		{"half-open", func(k *crowd, n int) { k.say(n, 0, syn, 0, 0, ""); k.say(n, 1, synACK, 0, 1, "") }, 310},
		{"established", func(k *crowd, n int) { k.open(n) }, 360},
		{"with payload", func(k *crowd, n int) { k.open(n); k.exchange(n, request, answer) }, 800},
		{"in mid-stream", func(k *crowd, n int) { k.exchange(n, request, answer) }, 900},
	} {
		const connections = 100_000
		k := newCrowd(Config{SkipViews: true}, func(*conn.Conn) {})
		before := heap()
		for n := range connections {
			test.feed(k, n)
		}
		each := int(heap()-before) / connections
		if k.count.live != connections || each > test.most {
			t.Errorf("%s: %d octets for each of %d connections, want at most %d", test.name, each, k.count.live, test.most)
		}
		t.Logf("%s: %d octets", test.name, each)
		runtime.KeepAlive(k)
	}
}

// A connection that is open from the first packet to the last holds nothing else
// back: what a million others held is given back while it lasts.
func TestLongConnectionHoldsNothing(t *testing.T) {
	handed := 0
	k := newCrowd(Config{}, func(*conn.Conn) { handed++ })
	k.open(1)
	others, tuples := 1_000_000, 50_000
	if testing.Short() {
		others /= 5
	}
	var flat uint64
	for i := range others {
		n := 2 + i%tuples
		isn := seqnum.Value(i/tuples) << 20
		k.say(n, 0, syn, isn, 0, "")
		k.say(n, 1, synACK, isn, isn+1, "")
		k.say(n, 0, finACK, isn+1, isn+1, "")
		k.say(n, 1, finACK, isn+1, isn+2, "")
		k.say(n, 0, ack, isn+2, isn+2, "")
		if i%1000 == 0 {
			k.say(1, 0, ack, 1, 1, "")
		}
		if i == 3*tuples { // until then some are packed for the first time
			flat = heap()
		}
	}
	if now := heap(); now > flat+flat/10 {
		t.Errorf("%d octets, and %d after %d connections that ended", flat, now, others)
	}
	use := k.store.Usage()
	if k.count.live != 1 || use.Counters > 2 || handed < others-tuples {
		t.Errorf("%d live, %d with counters, %d of %d handed out", k.count.live, use.Counters, handed, others)
	}
	runtime.KeepAlive(k)
}

// MaxConnections bounds what a flood of SYNs costs, and every connection that was
// given up for it says so.
func TestFloodIsBounded(t *testing.T) {
	const most, flood = 1000, 100_000
	evicted := 0
	k := newCrowd(Config{MaxConnections: most}, func(c *conn.Conn) {
		if c.Ended == conn.EndEvicted && c.Caveats.Has(conn.Evicted) && c.Close == conn.CloseUnanswered {
			evicted++
		}
	})
	for n := range flood {
		k.say(n, 0, syn, 7, 0, "")
	}
	if use := k.store.Usage(); k.heads.Used() > most+1 || use.Logs > most+1 || use.Counters > 1 {
		t.Errorf("%d heads, %+v for %d live connections", k.heads.Used(), use, most)
	}
	k.Flush()
	if evicted != flood-most || k.Counts().Evicted != evicted {
		t.Errorf("%d connections evicted, %d counted, want %d", evicted, k.Counts().Evicted, flood-most)
	}
}

// However many segments a connection has, what is remembered of it is bounded.
func TestMillionSegments(t *testing.T) {
	segments := 1_000_000
	if testing.Short() {
		segments /= 10
	}
	var marks, flags int
	var packets int64
	k := newCrowd(Config{}, func(c *conn.Conn) {
		marks, flags, packets = len(c.Marks), len(strings.Fields(string(c.AppendFlags(nil)))), c.Packets[conn.Client]+c.Packets[conn.Server]
	})
	k.open(1)
	at := [2]seqnum.Value{1, 1}
	var early uint64
	for i := range segments {
		side := i / 3 % 2
		k.say(1, side, ack, at[side], at[1-side], "12345678"[:1+i%8])
		at[side] += seqnum.Value(1 + i%8 + i%100/99) // with holes
		if i == 10_000 {
			early = heap()
		}
	}
	if now := heap(); now > early+64<<10 {
		t.Errorf("%d octets after 10,000 segments, %d after %d", early, now, segments)
	}
	k.Flush()
	if marks > 96 || flags > 64+64+1 || packets != int64(segments)+3 {
		t.Errorf("%d marks and %d tokens of %d segments", marks, flags, packets)
	}
}

// The tables hold no pointers, so that the collector has nothing to walk in them.
func TestTablesHoldNoPointers(t *testing.T) {
	for _, v := range []any{entry{}, conn.Head{}, predecessor{}} {
		if where := slab.PointerIn(reflect.TypeOf(v)); where != "" {
			t.Errorf("%T holds a pointer: %s", v, where)
		}
	}
}
