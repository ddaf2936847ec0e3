package reassembly

import (
	"cmp"
	"slices"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
	"finwait/reassembly/stream"
)

// Config bounds what a Tracker remembers.
type Config struct {
	Idle           time.Duration // a connection silent for longer has ended; 0 means DefaultIdle
	MaxConnections int           // live connections beyond which the stalest is evicted; 0 means DefaultMaxConnections

	// Aside calls emit in a goroutine of its own, while the Tracker goes on.
	// Flush must be called, and returns when emit has been for all.
	Aside bool

	// Brief leaves out the flag sequence and Zeek's view, which nobody reads.
	Brief bool

	// Watch is shown every segment, in the order of the file; nil shows none.
	Watch func(*Sight)
}

// The defaults. Idle lies beyond any timer that a kernel runs by default: the
// longest is the keep-alive time of 7200 s (RFC 9293 §3.8.4) with its nine
// probes of 75 s.
const (
	DefaultIdle           = 9000 * time.Second
	DefaultMaxConnections = 1_000_000
)

// An ended connection lingers, for its stray segments still belong to it: up to
// 2 MSL, as TIME-WAIT does (RFC 9293 §3.4.2), while no more than maxLingering
// others ended after it.
const (
	msl          = 2 * time.Minute
	linger       = 2 * msl
	maxLingering = 1 << 14
)

// clockStep is how far back a timestamp must lie behind the latest one to count
// as a step of the clock; capture queues swap neighbours by microseconds.
const clockStep = 10 * time.Millisecond

// Tracker is the connection table. It takes the segments of one capture in the
// order of the file and hands out each connection when it ends.
type Tracker struct {
	cfg     Config
	emit    func(*Conn)
	streams *stream.Index

	table    table
	shelf    // of the live connections, those with a tcb included
	past     shelf
	tcbs     slab[tcb]
	rests    slab[resting]
	notes    []note // by index into rests
	more     slab[moreTokens]
	holes    slab[holes]
	requests slab[requests]
	priors   slab[Prior]
	windows  slab[windows]
	marks    markStore
	icmp     icmps
	live     list // by last segment
	ended    list // by when they ended
	count    struct{ live, ended int }
	now      capture.Time // latest timestamp so far
	due      capture.Time // until then nothing has to be let go of
	begun    bool
	dropped  bool
	whole    bool // every connection has a tcb from its first segment to the end
	plain    bool // segments without SYN, FIN and RST were captured
	counts   Counts
	deriver  deriver
	last     remains // of what was derived last
	aside    *aside  // nil where connections are derived and handed out at once
}

// Counts is what the tracker noticed of the capture as a whole.
type Counts struct {
	Streams int // as Wireshark counts them
	Evicted int // connections given up for want of room
	Shared  int // streams that segments of several VLANs or tunnels share: perhaps several connections
}

// NewTracker returns a Tracker that calls emit with every connection that ends,
// in that order. The Conn is valid until emit returns.
func NewTracker(cfg Config, emit func(*Conn)) *Tracker {
	if cfg.Idle <= 0 {
		cfg.Idle = DefaultIdle
	}
	if cfg.MaxConnections <= 0 {
		cfg.MaxConnections = DefaultMaxConnections
	}
	t := &Tracker{
		cfg: cfg, emit: emit, streams: stream.NewIndex(), marks: newMarkStore(), shelf: newShelf(), past: newPast(),
		whole: cfg.Watch != nil, deriver: deriver{brief: cfg.Brief},
	}
	if cfg.Aside {
		t.aside = startAside(cfg.Brief, emit)
	}
	return t
}

// Dropped tells that the capturing system reports packets that it lost: any
// connection without a whole close may lack some.
func (t *Tracker) Dropped() { t.dropped = true }

// Counts returns what was noticed so far.
func (t *Tracker) Counts() Counts {
	t.counts.Streams = t.streams.Len()
	return t.counts
}

// Advance takes in the time of a packet that held no segment: observation goes
// on while anything at all is captured.
func (t *Tracker) Advance(p *capture.Packet) {
	if !t.begun || p.Time > t.now {
		t.now, t.begun = p.Time, true
		if t.now > t.due {
			t.expire()
		}
	}
}

// Add takes in one segment, decoded from packet p.
func (t *Tracker) Add(p *capture.Packet, s *segment.Segment) {
	t.Advance(p)
	tuple, side, opened, prev := t.streams.Number(s)
	var prior uint32
	if prev != nil && prev.Conn != 0 {
		prior = t.reuse(prev)
	}
	e := t.entry(tuple)
	if e == nil || t.closed(e) {
		tuple.Conn = t.open(s, side, tuple.Stream)
		e = t.table.at(tuple.Conn)
		b := t.journal(e)
		b.prior, b.reopened = prior, !opened
	}
	t.plain = t.plain || !s.Flags.Any(segment.SYN|segment.FIN|segment.RST)
	if b := t.journal(e); b != nil && !t.whole {
		if fits, orderly := b.fits(s, side); fits {
			b.completeness = tuple.Completeness
			t.enter(tuple.Conn, b, p, s, side, orderly)
			return
		}
	}
	c := t.tcb(e)
	if c.ended == EndReset && c.deniesReset(e, p, s) {
		t.revive(tuple.Conn)
	}
	if t.cfg.Watch == nil {
		t.take(c, p, s, side)
	} else {
		t.watched(c, p, s, side)
	}
	c.completeness = tuple.Completeness
	if c.ended == EndNone {
		t.touch(tuple.Conn)
		if end := c.over(); end != EndNone {
			t.end(tuple.Conn, end)
		}
	}
}

// enter takes in a segment that fits into the journal of a connection.
func (t *Tracker) enter(i uint32, b *journal, p *capture.Packet, s *segment.Segment, side uint8, orderly bool) {
	t.write(b, p, s, side)
	t.touch(i)
	if !orderly {
		b.disorderly = true
		return
	}
	if s.PayloadLen > 0 {
		t.hear(&b.talk, p, s, side, seqnum.Offset(s.Seq-isn(t.lines.of(&b.lines), side)), int64(s.PayloadLen))
	}
	b.advance(p, s, side)
	if b.over() {
		t.end(i, EndClosed)
	}
}

// Pass takes in a packet that is not to be tracked, skip being what became of its
// decoding: it counts for the numbers of streams, which are those of the whole
// capture, and for nothing else.
func (t *Tracker) Pass(s *segment.Segment, skip segment.Skip) {
	switch skip {
	case segment.Decoded:
		t.streams.Number(s)
	case segment.ICMPError:
		t.streams.Quote(s)
	}
}

// entry returns the place in the table of the connection that a tuple stands for,
// or nil where it was handed out already.
func (t *Tracker) entry(tuple *stream.Tuple) *entry {
	if tuple.Conn == 0 {
		return nil
	}
	e := t.table.at(tuple.Conn)
	if e.body == 0 || e.stream != tuple.Stream {
		return nil
	}
	return e
}

// closed reports whether a connection takes no more segments: those of an idle or
// evicted one begin a new record.
func (t *Tracker) closed(e *entry) bool {
	var ended End
	switch n := t.noteOf(e); {
	case n != nil:
		ended = n.ended
	case e.body&journaled == 0:
		ended = t.tcbs.at(e.body).ended
	default:
		ended = t.journal(e).ended
	}
	return ended == EndIdle || ended == EndEvicted
}

// makeRoom evicts the stalest live connection where there are as many as may be.
func (t *Tracker) makeRoom() {
	if t.count.live >= t.cfg.MaxConnections {
		t.counts.Evicted++
		t.end(t.live.head, EndEvicted)
	}
}

// open begins a new connection: a journal without segments.
func (t *Tracker) open(s *segment.Segment, side uint8, number uint32) uint32 {
	t.makeRoom()
	body, b := t.journals.alloc()
	*b = journal{addr: [2]segment.Endpoint{s.Src, s.Dst}, path: s.Path, is4: s.Is4, firstFIN: noSide}
	if side == 1 {
		b.addr = [2]segment.Endpoint{s.Dst, s.Src}
	}
	i, e := t.table.alloc()
	e.body, e.stream = body|journaled, number
	t.table.pushBack(&t.live, i)
	t.count.live++
	return i
}

// touch makes i the freshest of the live connections, as of the latest time there
// was: a segment whose own time lies before that shows no idleness.
func (t *Tracker) touch(i uint32) {
	t.table.at(i).at = t.now
	if t.live.tail != i {
		t.table.remove(&t.live, i)
		t.table.pushBack(&t.live, i)
	}
}

// reuse ends the previous incarnation on a 4-tuple (RFC 9293 §3.4.1) and returns
// what is to be remembered of it.
func (t *Tracker) reuse(prev *stream.Tuple) (prior uint32) {
	e := t.entry(prev)
	if e == nil {
		return 0
	}
	if n := t.noteOf(e); n != nil {
		n.supersede(t.now)
		return t.remember(n.waiting, n.waits)
	}
	if b := t.journal(e); b != nil && b.ended != EndNone {
		b.supersede(t.now)
		return t.remember(b.waiting(e.stream))
	}
	c := t.tcb(e)
	c.supersede(t.now)
	if c.ended == EndNone {
		t.end(prev.Conn, EndReused)
		return 0
	}
	return t.remember(t.waiting(c))
}

// remember keeps p, if there is anything to keep, and returns its index.
func (t *Tracker) remember(p Prior, ok bool) (i uint32) {
	if ok {
		var q *Prior
		i, q = t.priors.alloc()
		*q = p
	}
	return i
}

// end moves a live connection to those that linger, and puts it to rest.
func (t *Tracker) end(i uint32, why End) {
	t.stop(i, why)
	if t.count.ended > maxLingering {
		t.finish(t.ended.head)
	}
	if !t.whole {
		t.rest(t.table.at(i))
	}
}

// stop moves a live connection to those that linger.
func (t *Tracker) stop(i uint32, why End) {
	e := t.table.at(i)
	e.at = t.now
	h, last := t.stamp(e, why)
	switch why {
	case EndIdle:
		h.until, h.bounded = last+capture.Time(t.cfg.Idle), true
	case EndEvicted:
		h.until, h.bounded = t.now, true
	}
	t.table.remove(&t.live, i)
	t.table.pushBack(&t.ended, i)
	t.count.live--
	t.count.ended++
}

// stamp remembers why a connection ended. It returns how far it was observed, and
// when its last segment came.
func (t *Tracker) stamp(e *entry, why End) (*horizon, capture.Time) {
	if b := t.journal(e); b != nil && !b.disorderly && b.lines.n > 0 {
		b.ended = why
		lines := t.lines.of(&b.lines)
		return &b.horizon, lines[len(lines)-1].time
	}
	c := t.tcb(e)
	c.ended = why
	return &c.horizon, c.lastTime
}

// deniesReset reports whether a segment shows that the reset which seemed to end
// the connection was not taken in: somebody goes on long after it.
func (c *tcb) deniesReset(e *entry, p *capture.Packet, s *segment.Segment) bool {
	const stray = time.Second // what was on its way has arrived by then
	return !c.superseded && !s.Flags.Has(segment.RST) && p.Time.Sub(e.at) > stray
}

// revive takes an ended connection back among the live ones.
func (t *Tracker) revive(i uint32) {
	c := t.tcbs.at(t.table.at(i).body)
	c.ended = EndNone
	c.ends[0].resets, c.ends[1].resets = 0, 0
	t.table.remove(&t.ended, i)
	t.count.ended--
	t.makeRoom()
	t.table.pushBack(&t.live, i)
	t.count.live++
}

// expire lets go of what the time has come for, and finds when it will have come
// again.
func (t *Tracker) expire() {
	t.due = t.now + capture.Time(min(linger, t.cfg.Idle))
	for i := t.ended.head; i != 0; i = t.ended.head {
		if at := t.table.at(i).at; t.now.Sub(at) <= linger {
			t.due = min(t.due, at+capture.Time(linger))
			break
		}
		t.finish(i)
	}
	for i := t.live.head; i != 0; i = t.live.head {
		if at := t.table.at(i).at; t.now.Sub(at) <= t.cfg.Idle {
			t.due = min(t.due, at+capture.Time(t.cfg.Idle))
			break
		}
		t.end(i, EndIdle)
	}
}

// finish hands out an ended connection and forgets it.
func (t *Tracker) finish(i uint32) {
	r := t.remains(i)
	t.table.remove(&t.ended, i)
	t.table.at(i).body = 0
	t.table.release(i)
	t.count.ended--
	if t.aside != nil {
		t.aside.add(t, r)
		return
	}
	t.last = r
	t.emit(t.deriver.derive(&t.last))
	t.release(&t.last)
}

// Flush ends every connection that is left, in the order of their streams: the
// capture is over.
func (t *Tracker) Flush() {
	for t.ended.head != 0 {
		t.finish(t.ended.head)
	}
	rest := make([]uint32, 0, t.count.live)
	for i := t.live.head; i != 0; i = t.table.at(i).next {
		rest = append(rest, i)
	}
	slices.SortFunc(rest, func(a, b uint32) int {
		return cmp.Compare(t.table.at(a).stream, t.table.at(b).stream)
	})
	for _, i := range rest {
		t.stop(i, EndCapture)
		t.finish(i)
	}
	if t.aside != nil {
		t.aside.wait()
	}
}
