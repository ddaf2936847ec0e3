package reassembly

import (
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// event is a packet for a Tracker: a segment, or the quotation of one in an ICMP
// error, or one that is not selected.
type event struct {
	kind  segment.Skip
	pass  bool
	time  frame.Time
	frame int
	s     segment.Segment
}

// to feeds the event to a tracker.
func (e *event) to(t *Tracker) {
	f := frame.Frame{Number: e.frame, Time: e.time}
	switch {
	case e.pass:
		t.Pass(&e.s, e.kind)
		t.Advance(f.Time)
	case e.kind == segment.ICMPError:
		t.Quote(f, &e.s)
	default:
		t.Add(f, &e.s)
	}
}

// tell feeds events to a tracker and returns all that it hands out, in order, and how
// many of it were orderly. With
// counted set every connection has counters all the time.
func tell(cfg Config, counted bool, events []event) (out []*conn.Conn, orderly int, c Counts) {
	t := NewTracker(cfg, func(c *conn.Conn) {
		if c.Orderly() {
			orderly++
		}
		out = append(out, c.Clone())
	})
	t.store.CountAll = t.store.CountAll || counted
	for i := range events {
		events[i].to(t)
	}
	t.Flush()
	return out, orderly, t.Counts()
}

// chance makes random captures of a few 4-tuples, on which much goes wrong.
type chance struct {
	*rand.Rand
	now    frame.Time
	isn    [8][2]seqnum.Value
	tuples int // how many of them there are
	steady int // one segment in so many begins another incarnation
}

func pick[T any](r *chance, list ...T) T { return list[r.IntN(len(list))] }

func (r *chance) event(number int) event {
	n, side := r.IntN(r.tuples), r.IntN(2)
	if r.IntN(r.steady) == 0 {
		r.isn[n][side] = seqnum.Value(r.Uint32())
	}
	r.now += frame.Time(pick(r, 0, time.Microsecond, time.Millisecond, 3*time.Millisecond, 300*time.Millisecond, time.Second))
	switch r.IntN(100) {
	case 0:
		r.now += frame.Time(pick(r, 5*time.Minute, 3*time.Hour))
	case 1:
		r.now -= frame.Time(pick(r, time.Millisecond, time.Second))
	}
	const syn, ack = segment.SYN, segment.ACK
	s := segment.Segment{
		Seq:   r.isn[n][side] + pick(r, seqnum.Value(0), 0, 1, 1, 2, 1000),
		Ack:   r.isn[n][1-side] + pick(r, seqnum.Value(0), 1, 1, 1, 2, 1000),
		Flags: pick(r, syn, syn, syn, syn|ack, syn|ack, ack, ack, ack, 0, syn|segment.ECE|segment.CWR, segment.PSH|ack),
		TTL:   pick[uint8](r, 64, 64, 63), IPID: pick[uint16](r, 0, 0, 7, uint16(number)),
		Window: pick[uint16](r, 0, 512, 512, 65535), Is4: n%4 < 3,
	}
	if r.IntN(12) == 0 {
		s.Flags = pick(r, segment.RST, segment.RST|ack, segment.FIN|ack, segment.FIN, syn|segment.FIN)
	}
	if r.IntN(16) == 0 {
		s.Payload = []byte("GET / HTTP/1.1\r\n\r\n")
		s.PayloadLen = uint32(len(s.Payload))
	}
	if r.IntN(2) == 0 {
		s.Options.HasTimestamps, s.Options.TSVal, s.Options.TSEcr = true, r.Uint32N(3), r.Uint32N(3)
	}
	if r.IntN(2) == 0 {
		s.Options.HasScale, s.Options.Scale = true, uint8(r.IntN(16))
	}
	switch r.IntN(60) {
	case 0:
		s.Path.VLAN[0], s.Path.VLANs = 7, 1
	case 1:
		s.Options.SACKs = 1
		s.Options.SACK[0] = segment.SACKBlock{Left: s.Ack - 1, Right: s.Ack}
	case 2:
		s.NoLen = true
	case 3:
		s.Options.Cut = true
	case 4:
		s.BadOffset = true
	}
	s.Path.Interface = uint16(r.IntN(2))
	ends := [2]segment.Endpoint{{Port: uint16(40000 + n)}, {Port: 443}}
	s.Src, s.Dst = ends[side], ends[1-side]
	e := event{time: r.now, frame: number, s: s, pass: r.IntN(50) == 0}
	if r.IntN(25) == 0 {
		e.kind = segment.ICMPError
		e.s.ICMP = segment.ICMP{Type: 3, Code: uint8(r.IntN(5)), Header: r.IntN(2) == 0}
	}
	return e
}

// Whether a connection had counters, and from when on, cannot be told from what is
// handed out of it.
func TestStagesTellTheSame(t *testing.T) {
	closes := map[conn.Close]int{}
	ended := map[conn.End]int{}
	for seed := range uint64(400) {
		r := &chance{Rand: rand.New(rand.NewPCG(seed, 7)), now: 1e18, tuples: 1 + int(seed%8), steady: 12 << (seed / 8 % 5)}
		var events []event
		for n := 1; n <= 300; n++ {
			e := r.event(n)
			events = append(events, e)
			if r.IntN(20) == 0 { // captured twice
				e.time += frame.Time(r.IntN(2)) * frame.Time(time.Microsecond)
				n++
				e.frame = n
				events = append(events, e)
			}
		}
		cfg := Config{MaxConnections: int(seed / 40 % 8)}
		got, _, gotCounts := tell(cfg, false, events)
		want, _, wantCounts := tell(cfg, true, events)
		if gotCounts != wantCounts || len(got) != len(want) {
			t.Fatalf("seed %d: %d connections, %+v; with counters alone %d, %+v", seed, len(got), gotCounts, len(want), wantCounts)
		}
		for i := range got {
			if !reflect.DeepEqual(shown(got[i]), shown(want[i])) {
				t.Fatalf("seed %d, stream %d:\n%+v\nwith counters alone\n%+v", seed, got[i].Stream, got[i], want[i])
			}
			closes[got[i].Close]++
			ended[got[i].Ended]++
		}
	}
	for c := conn.CloseUnknown; c <= conn.CloseOpen; c++ {
		if closes[c] < 10 {
			t.Errorf("only %d connections %v: not much of a test", closes[c], c)
		}
	}
	for e := conn.EndClosed; e <= conn.EndCapture; e++ {
		if ended[e] < 10 {
			t.Errorf("only %d connections ended by %v: not much of a test", ended[e], e)
		}
	}
	t.Log(closes, ended)
}

// The same of the recorded captures, with room for all their connections and
// without.
func TestStagesOfRecordedCaptures(t *testing.T) {
	files, err := filepath.Glob("../testdata/real/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	connections := 0
	for _, file := range files {
		events := recorded(t, file)
		for _, most := range []int{0, 2} {
			got, _, gotCounts := tell(Config{MaxConnections: most}, false, events)
			want, _, wantCounts := tell(Config{MaxConnections: most}, true, events)
			if gotCounts != wantCounts || !slices.EqualFunc(got, want, func(a, b *conn.Conn) bool { return reflect.DeepEqual(shown(a), shown(b)) }) {
				t.Errorf("%s, at most %d connections: not what is told with counters alone", file, most)
			}
			connections += len(got)
		}
	}
	if connections < 1000 {
		t.Errorf("only %d connections: not much of a test", connections)
	}
}

// recorded returns the segments of a capture, and the errors about them.
func recorded(t *testing.T, file string) (events []event) {
	t.Helper()
	r, err := capture.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := segment.NewDecoder()
	var p capture.Packet
	for r.Next(&p) == nil {
		e := event{time: p.Time, frame: p.Number}
		e.kind = d.Decode(p.Link, p.Data, p.Length, &e.s)
		if e.kind == segment.Decoded || e.kind == segment.ICMPError {
			e.s.Payload = slices.Clone(e.s.Payload)
			events = append(events, e)
		}
	}
	return events
}

// talkers are the two ends of conversations that go as they ought to, mostly: what a
// journal is for, and each way out of it.
type talkers struct {
	*rand.Rand
	now   frame.Time
	frame int
}

// conversation returns the segments of one connection, from its SYN to its end or to
// wherever it breaks off. Of its segments one in upset is not as expected.
func (r *talkers) conversation(port uint16, upset int) (out []event) {
	next := [2]seqnum.Value{seqnum.Value(r.Uint32()), seqnum.Value(r.Uint32())}
	var acked [2]seqnum.Value
	fin, id := [2]bool{}, [2]uint16{uint16(r.Uint32()), uint16(r.Uint32())}
	ends := [2]segment.Endpoint{{Port: port}, {Port: 443}}
	add := func(side int, flags segment.Flags, payload string) {
		s := segment.Segment{
			Src: ends[side], Dst: ends[1-side], Seq: next[side], Flags: flags, Window: 500 + id[side]%3,
			TTL: uint8(64 - side), IPID: id[side], Is4: true, Payload: []byte(payload), PayloadLen: uint32(len(payload)),
		}
		if flags.Has(segment.ACK) {
			s.Ack = next[1-side]
			acked[1-side] = s.Ack
		}
		s.Options.HasTimestamps, s.Options.TSVal, s.Options.TSEcr = true, uint32(r.now>>20), uint32(r.now>>21)
		s.Options.HasScale, s.Options.Scale = flags.Has(segment.SYN), 7
		id[side]++
		next[side] += seqnum.Value(s.Len())
		if r.IntN(upset) == 0 {
			r.upset(&s)
		}
		out = append(out, event{s: s})
	}
	const syn, ack = segment.SYN, segment.ACK
	acknowledge := func(side int) { // seldom what was acknowledged before
		for r.IntN(10) == 0 || acked[1-side] != next[1-side] {
			add(side, ack, "")
		}
	}
	add(0, syn, "")
	add(1, syn|ack, "")
	add(0, ack, "")
	for n := r.IntN(14); n > 0 || !(fin[0] && fin[1]) && r.IntN(8) > 0; n-- {
		side := r.IntN(2)
		switch {
		case n <= 0 && !fin[side]:
			add(side, segment.FIN|ack, pick(r.chance(), "", "", "bye"))
			fin[side] = true
		case fin[side] || r.IntN(3) == 0:
			acknowledge(side)
		default:
			add(side, ack|segment.PSH, pick(r.chance(), "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "\x16\x03\x03\x00\x01x", "x"))
		}
	}
	for side := range 2 {
		if r.IntN(6) > 0 {
			acknowledge(side)
		}
	}
	return out
}

// chance returns what pick picks by.
func (r *talkers) chance() *chance { return &chance{Rand: r.Rand} }

// upset makes s another segment than was to be expected.
func (r *talkers) upset(s *segment.Segment) {
	switch r.IntN(13) {
	case 0:
		s.Seq -= seqnum.Value(r.IntN(3))
	case 1:
		s.Seq += seqnum.Value(r.IntN(3))
	case 2:
		s.Ack += seqnum.Value(r.IntN(5)) - 2
	case 3:
		s.Window = 0
	case 4:
		s.Flags ^= segment.SYN
	case 5:
		s.Flags ^= segment.FIN
	case 6:
		s.Flags ^= segment.ACK
	case 7:
		s.Flags |= segment.RST
	case 8:
		s.Options.SACKs, s.Options.SACK[0] = 1, segment.SACKBlock{Left: s.Ack - 1, Right: s.Ack}
	case 9:
		s.Payload = s.Payload[:len(s.Payload)/2] // cut by snaplen
	case 10:
		s.PayloadLen = 1<<16 + uint32(r.IntN(2))
	case 11:
		s.Window--
	case 12:
		s.Path.VLAN[0], s.Path.VLANs = 7, 1
	}
}

// capture returns several conversations at a time on few ports, some packets twice.
func (r *talkers) capture(upset int) (out []event) {
	var open [][]event
	for begun := 0; begun < 40 || len(open) > 0; {
		if begun < 40 && (len(open) == 0 || len(open) < 8 && r.IntN(6) == 0) {
			open = append(open, r.conversation(uint16(40000+begun%16), upset))
			begun++
		}
		i := r.IntN(len(open))
		r.now += frame.Time(pick(r.chance(), time.Microsecond, 300*time.Microsecond, 7*time.Millisecond, 90*time.Millisecond))
		if r.IntN(1000) == 0 {
			r.now += frame.Time(pick(r.chance(), 5*time.Minute, 3*time.Hour, -time.Second))
		}
		some, times := open[i][:1], 1
		if r.IntN(10*upset) == 0 { // captured twice, one by one or two together
			some, times = open[i][:min(len(open[i]), 1+r.IntN(2))], 2
		}
		for range times {
			for n := range some {
				r.frame++
				some[n].time, some[n].frame = r.now, r.frame
				out = append(out, some[n])
			}
		}
		if open[i] = open[i][len(some):]; len(open[i]) == 0 {
			open = slices.Delete(open, i, i+1)
		}
	}
	return out
}

// A connection that goes as it ought to is followed in one go when it has ended.
// What is told of it is what following every segment tells, also where something
// comes in between.
func TestOrderlyConnectionsTellTheSame(t *testing.T) {
	orderly, all := 0, 0
	for seed := range uint64(300) {
		r := &talkers{Rand: rand.New(rand.NewPCG(seed, 11)), now: 1e18}
		events := r.capture(5 << (seed % 6))
		cfg := Config{}
		if seed%10 == 0 {
			cfg.MaxConnections = 3
		}
		got, n, gotCounts := tell(cfg, false, events)
		want, _, wantCounts := tell(cfg, true, events)
		if gotCounts != wantCounts || len(got) != len(want) {
			t.Fatalf("seed %d: %d connections, %+v; with counters alone %d, %+v", seed, len(got), gotCounts, len(want), wantCounts)
		}
		for i := range got {
			if !reflect.DeepEqual(shown(got[i]), shown(want[i])) {
				t.Fatalf("seed %d, stream %d:\n%+v\nwith counters alone\n%+v", seed, got[i].Stream, got[i], want[i])
			}
		}
		all += len(got)
		orderly += n
	}
	if orderly < all/8 || orderly > all*9/10 {
		t.Errorf("%d of %d connections were orderly: not much of a test", orderly, all)
	}
	t.Logf("%d of %d connections were orderly", orderly, all)
}

// What is counted of an orderly connection without views is all that a Conn tells.
func TestOrderlyConnectionsCountTheSame(t *testing.T) {
	orderly := 0
	for seed := range uint64(300) {
		r := &talkers{Rand: rand.New(rand.NewPCG(seed, 13)), now: 1e18}
		events := r.capture(5 << (seed % 6))
		got, n, _ := tell(Config{SkipViews: true}, false, events)
		want, _, _ := tell(Config{SkipViews: true}, true, events)
		orderly += n
		for i := range got {
			if a, b := shown(got[i]), shown(want[i]); !reflect.DeepEqual(a, b) {
				t.Fatalf("seed %d, stream %d:\n%+v\nby a replay\n%+v", seed, got[i].Stream, a, b)
			}
		}
	}
	if orderly < 1000 {
		t.Errorf("only %d connections were orderly: not much of a test", orderly)
	}
}

// shown returns what a Conn tells: its exported fields, and what its methods return.
func shown(c *conn.Conn) (all []any) {
	for i := range c.Marks {
		c.Marks[i].Bits &^= conn.Essential // which says what a log keeps, and nothing of the connection
	}
	for v, i := reflect.ValueOf(*c), 0; i < v.NumField(); i++ {
		if v.Type().Field(i).IsExported() {
			all = append(all, v.Field(i).Interface())
		}
	}
	all = append(all, string(c.AppendFlags(nil)), string(c.AppendZeekHistory(nil)))
	if c.First.Frame%8 == 0 { // all that there are, which takes long
		return append(all, methods(c)...)
	}
	closer, sent, taken := c.AfterFIN()
	all = append(all, closer, sent, taken, c.HasPrior(), c.Reset(), c.ZeekState(), c.ZeekOriginator())
	for r := conn.Client; r <= conn.Server; r++ {
		last, denied := c.FINRepeats(r)
		stall, stalled := c.Stall(r)
		all = append(all, c.States(r), c.Unseen(r), c.Sent(r), c.PayloadEnd(r), c.SndUna(r), c.RoundTrip(r), last, denied, stall, stalled)
	}
	return all
}

// methods returns what the methods of a Conn return that take nothing or a Role.
func methods(c *conn.Conn) (all []any) {
	v, role := reflect.ValueOf(c), reflect.TypeFor[conn.Role]()
	for i := range v.NumMethod() {
		name, m := v.Type().Method(i).Name, v.Method(i)
		switch t := m.Type(); {
		case name == "Orderly" || name == "Clone": // whether it has counters; all of it
		case t.NumIn() == 0:
			all = append(all, name, results(m.Call(nil)))
		case t.NumIn() == 1 && t.In(0) == role:
			for r := conn.Client; r <= conn.Server; r++ {
				all = append(all, name, results(m.Call([]reflect.Value{reflect.ValueOf(r)})))
			}
		}
	}
	return all
}

func results(list []reflect.Value) (out []any) {
	for _, v := range list {
		out = append(out, v.Interface())
	}
	return out
}
