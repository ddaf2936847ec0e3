package reassembly

import (
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// event is a packet for a Tracker: a segment, or the quotation of one in an ICMP
// error, or one that is not selected.
type event struct {
	kind  segment.Skip
	pass  bool
	time  capture.Time
	frame int
	s     segment.Segment
}

// story is all that a Conn holds and refers to, but for indices into tables.
type story struct {
	conn  Conn
	tcb   tcb
	flags string
	prior Prior
	icmp  ICMP
}

// tell feeds events to a tracker and returns all that it hands out, in order. With
// whole set every connection has a tcb all the time.
func tell(cfg Config, whole bool, events []event) (out []story, c Counts) {
	t := NewTracker(cfg, func(c *Conn) {
		one := story{conn: *c, tcb: *c.c, flags: string(c.AppendFlags(nil)), icmp: c.ICMP()}
		one.prior, _ = c.Prior()
		one.conn.from, one.conn.c, one.conn.Marks = nil, nil, slices.Clone(c.Marks)
		for r := range one.conn.turns {
			one.conn.turns[r].head = slices.Clone(one.conn.turns[r].head)
		}
		for r := range one.conn.stays {
			one.conn.stays[r] = slices.Clone(c.stays[r])
		}
		b := &one.tcb
		b.marks, b.tokens.more, b.talk, b.prior, b.ends[0].holes, b.ends[1].holes = run{}, 0, 0, 0, 0, 0
		out = append(out, one)
	})
	t.whole = t.whole || whole
	for i := range events {
		e := &events[i]
		p := capture.Packet{Number: e.frame, Time: e.time}
		switch {
		case e.pass:
			t.Pass(&e.s, e.kind)
			t.Advance(&p)
		case e.kind == segment.ICMPError:
			t.Quote(&p, &e.s)
		default:
			t.Add(&p, &e.s)
		}
	}
	t.Flush()
	return out, t.Counts()
}

// chance makes random captures of a few 4-tuples, on which much goes wrong.
type chance struct {
	*rand.Rand
	now    capture.Time
	isn    [8][2]seqnum.Value
	tuples int // how many of them there are
	steady int // one segment in so many begins another incarnation
}

func pick[T any](r *chance, list ...T) T { return list[r.IntN(len(list))] }

func (r *chance) event(frame int) event {
	n, side := r.IntN(r.tuples), r.IntN(2)
	if r.IntN(r.steady) == 0 {
		r.isn[n][side] = seqnum.Value(r.Uint32())
	}
	r.now += capture.Time(pick(r, 0, time.Microsecond, time.Millisecond, 3*time.Millisecond, 300*time.Millisecond, time.Second))
	switch r.IntN(100) {
	case 0:
		r.now += capture.Time(pick(r, 5*time.Minute, 3*time.Hour))
	case 1:
		r.now -= capture.Time(pick(r, time.Millisecond, time.Second))
	}
	const syn, ack = segment.SYN, segment.ACK
	s := segment.Segment{
		Seq:   r.isn[n][side] + pick(r, seqnum.Value(0), 0, 1, 1, 2, 1000),
		Ack:   r.isn[n][1-side] + pick(r, seqnum.Value(0), 1, 1, 1, 2, 1000),
		Flags: pick(r, syn, syn, syn, syn|ack, syn|ack, ack, ack, ack, 0, syn|segment.ECE|segment.CWR, segment.PSH|ack),
		TTL:   pick[uint8](r, 64, 64, 63), IPID: pick[uint16](r, 0, 0, 7, uint16(frame)),
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
	e := event{time: r.now, frame: frame, s: s, pass: r.IntN(50) == 0}
	if r.IntN(25) == 0 {
		e.kind = segment.ICMPError
		e.s.ICMP = segment.ICMP{Type: 3, Code: uint8(r.IntN(5)), Header: r.IntN(2) == 0}
	}
	return e
}

// Whether a connection begins as a journal or with a tcb, and whether it rests in
// the end, cannot be told from what is handed out of it.
func TestStagesTellTheSame(t *testing.T) {
	closes := map[Close]int{}
	ended := map[End]int{}
	for seed := range uint64(400) {
		r := &chance{Rand: rand.New(rand.NewPCG(seed, 7)), now: 1e18, tuples: 1 + int(seed%8), steady: 12 << (seed / 8 % 5)}
		var events []event
		for frame := 1; frame <= 300; frame++ {
			e := r.event(frame)
			events = append(events, e)
			if r.IntN(20) == 0 { // captured twice
				e.time += capture.Time(r.IntN(2)) * capture.Time(time.Microsecond)
				frame++
				e.frame = frame
				events = append(events, e)
			}
		}
		cfg := Config{MaxConnections: int(seed / 40 % 8)}
		got, gotCounts := tell(cfg, false, events)
		want, wantCounts := tell(cfg, true, events)
		if gotCounts != wantCounts || len(got) != len(want) {
			t.Fatalf("seed %d: %d connections, %+v; with tcbs alone %d, %+v", seed, len(got), gotCounts, len(want), wantCounts)
		}
		for i := range got {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("seed %d, stream %d:\n%+v\nwith tcbs alone\n%+v", seed, got[i].conn.Stream, got[i], want[i])
			}
			closes[got[i].conn.Close]++
			ended[got[i].conn.Ended]++
		}
	}
	for c := CloseUnknown; c <= CloseOpen; c++ {
		if closes[c] < 10 {
			t.Errorf("only %d connections %v: not much of a test", closes[c], c)
		}
	}
	for e := EndClosed; e <= EndCapture; e++ {
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
			got, gotCounts := tell(Config{MaxConnections: most}, false, events)
			want, wantCounts := tell(Config{MaxConnections: most}, true, events)
			if gotCounts != wantCounts || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, at most %d connections: not what is told with tcbs alone", file, most)
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
