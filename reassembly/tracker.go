package reassembly

import (
	"cmp"
	"math"
	"slices"
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
	"finwait/reassembly/stream"
)

// Config bounds what a Tracker remembers.
type Config struct {
	Idle time.Duration // a connection silent for longer has ended; 0 means DefaultIdle

	// MaxConnections bounds the live connections, beyond which the stalest is
	// evicted, and likewise the ended ones that are not final yet; 0 means
	// DefaultMaxConnections.
	MaxConnections int

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

// An ended connection becomes final when its 4-tuple is reused, or when it was
// silent for finalAfter: until then its stray segments still belong to it. That is
// how long Linux keeps a socket in TIME-WAIT (TCP_TIMEWAIT_LEN), and longer than
// most copies of a segment are repeated.
const finalAfter = time.Minute

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
	shelf          // of the live connections, those with a tcb included
	shelved  shelf // of those that ended
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
	ended    list // by last segment, too: those that are not final yet
	past     predecessors
	final    []uint32 // what becomes final at the same time
	count    struct{ live, ended int }
	now      frame.Time // latest timestamp so far
	due      frame.Time // until then nothing becomes final
	begun    bool
	capture  captureFacts
	whole    bool // every connection has a tcb from its first segment to the end
	counts   Counts
	deriver  deriver
	last     remains // of what was derived last
	aside    *aside  // nil where connections are derived and handed out at once
}

// captureFacts are what the capture as a whole says of its connections.
type captureFacts struct {
	dropped  bool       // the capturing system lost packets
	plain    bool       // a segment without SYN, FIN and RST was captured
	plainAt  frame.Time // how late it was when the first of those came; valid iff plain
	complete bool       // the capture has been read to its end
}

// plainBefore reports whether a segment without SYN, FIN and RST was captured before
// observation ended: by time, whatever of the capture has been read. At the end of
// the capture the last packet counts, too.
func (f *captureFacts) plainBefore(until frame.Time) bool {
	return f.plain && (f.plainAt < until || f.complete && f.plainAt == until)
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
		cfg: cfg, emit: emit, streams: stream.NewIndex(), marks: newMarkStore(), shelf: newShelf(), shelved: newPast(),
		whole: cfg.Watch != nil, deriver: deriver{brief: cfg.Brief},
	}
	if cfg.Aside {
		t.aside = startAside(cfg.Brief, emit)
	}
	return t
}

// Dropped tells that the capturing system reports packets that it lost: any
// connection without a whole close may lack some.
func (t *Tracker) Dropped() { t.capture.dropped = true }

// Plain tells, before the first packet, since when the capture holds segments
// without SYN, FIN and RST, perhaps others than those that Add is given.
func (t *Tracker) Plain(since frame.Time) { t.capture.plain, t.capture.plainAt = true, since }

// PlainSince returns how late it was when the first segment without SYN, FIN and RST
// came; ok is false while there was none.
func (t *Tracker) PlainSince() (since frame.Time, ok bool) {
	return t.capture.plainAt, t.capture.plain
}

// Counts returns what was noticed so far.
func (t *Tracker) Counts() Counts {
	t.counts.Streams = t.streams.Len()
	return t.counts
}

// Now returns the latest time so far; false where there was none.
func (t *Tracker) Now() (frame.Time, bool) { return t.now, t.begun }

// Advance takes in the time of a packet that held no segment: observation goes
// on while anything at all is captured.
func (t *Tracker) Advance(at frame.Time) {
	if !t.begun || at > t.now {
		t.now, t.begun = at, true
		if t.now > t.due {
			t.expire()
		}
	}
}

// Add takes in one segment, decoded from packet p.
func (t *Tracker) Add(p frame.Frame, s *segment.Segment) {
	t.Advance(p.Time)
	tuple, side, opened, prev := t.streams.Number(s)
	var prior uint32
	if prev != nil && prev.Conn != 0 {
		prior = t.reuse(prev, p.Time)
	}
	e := t.entry(tuple)
	if e == nil {
		before := tuple.Conn
		tuple.Conn = t.open(s, side, tuple.Stream)
		e = t.table.at(tuple.Conn)
		b := t.journal(e)
		b.prior, b.reopened = prior, !opened
		if b.reopened && before != 0 {
			b.evicted = t.past.inherit(t, before, tuple)
		}
	}
	if !t.capture.plain && !s.Flags.Any(segment.SYN|segment.FIN|segment.RST) {
		t.capture.plain, t.capture.plainAt = true, t.now
	}
	if b := t.journal(e); b != nil && !t.whole {
		if fits, orderly := b.fits(s, side); fits {
			b.completeness = tuple.Completeness
			t.enter(tuple.Conn, b, p, s, side, orderly)
			return
		}
	}
	c := t.tcb(e)
	if c.ended == EndReset && c.deniesReset(p, s) {
		t.revive(tuple.Conn)
	}
	if t.cfg.Watch == nil {
		t.take(c, p, s, side)
	} else {
		t.watched(c, p, s, side)
	}
	c.completeness = tuple.Completeness
	if c.ended != EndNone {
		t.touch(&t.ended, tuple.Conn)
		return
	}
	t.touch(&t.live, tuple.Conn)
	if end := c.over(); end != EndNone {
		t.end(tuple.Conn, end)
	}
}

// enter takes in a segment that fits into the journal of a connection.
func (t *Tracker) enter(i uint32, b *journal, p frame.Frame, s *segment.Segment, side uint8, orderly bool) {
	t.write(b, p, s, side)
	t.touch(&t.live, i)
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
	if e.body == 0 || e.stream != tuple.Stream || e.body&isPredecessor != 0 {
		return nil
	}
	return e
}

// makeRoom evicts the stalest live connection where there are as many as may be.
func (t *Tracker) makeRoom() {
	if t.count.live >= t.cfg.MaxConnections {
		t.counts.Evicted++
		i := t.live.head
		t.stop(i, EndEvicted)
		t.finish(i)
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

// touch makes i the freshest of its list, as of the latest time there was: a segment
// whose own time lies before that shows no silence.
func (t *Tracker) touch(q *list, i uint32) {
	t.table.at(i).at = t.now
	if q.tail != i {
		t.table.remove(q, i)
		t.table.pushBack(q, i)
	}
}

// reuse ends the previous incarnation on a 4-tuple (RFC 9293 §3.4.1), which a SYN of
// the given time supersedes, and returns what is to be remembered of it.
func (t *Tracker) reuse(prev *stream.Tuple, at frame.Time) (prior uint32) {
	i := prev.Conn
	e := t.table.at(i)
	if e.body == 0 || e.stream != prev.Stream {
		return 0
	}
	if e.body&isPredecessor != 0 {
		return t.remember(t.past.take(t, i).at(at))
	}
	if t.endOf(e) == EndNone {
		t.stop(i, EndReused)
	}
	p := t.predecessorOf(i)
	h, _ := t.horizonOf(e)
	h.supersede(max(at, t.latestOf(e)))
	t.finish(i)
	return t.remember(p.at(at))
}

// latestOf returns the latest timestamp of the segments that are remembered of a
// connection.
func (t *Tracker) latestOf(e *entry) (latest frame.Time) {
	_, latest = t.horizonOf(e)
	if b := t.journal(e); b != nil {
		for _, g := range t.shelfOf(e.body).lines.of(&b.lines) {
			latest = max(latest, g.time)
		}
		return latest
	}
	_, marks := t.facts(e)
	for i := range marks {
		latest = max(latest, marks[i].Time)
	}
	return latest
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

// end moves a live connection to those that ended, and puts it to rest.
func (t *Tracker) end(i uint32, why End) {
	t.stop(i, why)
	if !t.whole {
		t.rest(t.table.at(i))
	}
	if t.count.ended > t.cfg.MaxConnections {
		t.finishEarly(t.ended.head)
	}
}

// stop moves a live connection to those that ended.
func (t *Tracker) stop(i uint32, why End) {
	e := t.table.at(i)
	h, last := t.stamp(e, why)
	h.endedAt = last
	switch why {
	case EndIdle:
		h.until, h.bounded = last+frame.Time(t.cfg.Idle), true
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
func (t *Tracker) stamp(e *entry, why End) (*horizon, frame.Time) {
	if b := t.journal(e); b != nil && !b.disorderly && b.lines.n > 0 {
		b.ended = why
	} else {
		t.tcb(e).ended = why
	}
	return t.horizonOf(e)
}

// endOf returns why a connection ended, if it did.
func (t *Tracker) endOf(e *entry) End {
	if n := t.noteOf(e); n != nil {
		return n.ended
	}
	if b := t.journal(e); b != nil {
		return b.ended
	}
	return t.tcbs.at(e.body).ended
}

// horizonOf returns how far a connection was observed, and when its last segment
// came.
func (t *Tracker) horizonOf(e *entry) (*horizon, frame.Time) {
	if n := t.noteOf(e); n != nil {
		return &n.horizon, t.rests.at(e.body &^ atRest).tcb.lastTime
	}
	if b := t.journal(e); b != nil {
		lines := t.shelfOf(e.body).lines.of(&b.lines)
		return &b.horizon, lines[len(lines)-1].time
	}
	c := t.tcbs.at(e.body)
	return &c.horizon, c.lastTime
}

// deniesReset reports whether a segment shows that the reset which seemed to end
// the connection was not taken in: somebody goes on long after it.
func (c *tcb) deniesReset(p frame.Frame, s *segment.Segment) bool {
	const stray = time.Second // what was on its way has arrived by then
	return !s.Flags.Has(segment.RST) && p.Time.Sub(c.endedAt) > stray
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

// expire hands out what has become final, in that order, and finds when the next
// will be.
func (t *Tracker) expire() {
	t.past.expire(t)
	for {
		ended, live := t.finalAt(&t.ended, finalAfter), t.finalAt(&t.live, t.cfg.Idle)
		next := min(ended, live)
		if t.now <= next {
			t.due = min(next, after(t.now, min(finalAfter, t.cfg.Idle)))
			return
		}
		if t.final = t.final[:0]; ended == next {
			t.final = t.silentSince(t.final, &t.ended)
		}
		if live == next {
			for _, i := range t.silentSince(nil, &t.live) {
				t.stop(i, EndIdle)
				t.final = append(t.final, i)
			}
		}
		slices.SortFunc(t.final, t.byStream)
		for _, i := range t.final {
			t.finish(i)
		}
	}
}

// never is later than all times.
const never frame.Time = math.MaxInt64

// finalAt returns after when the stalest connection of a list is final, if it stays
// silent for that long.
func (t *Tracker) finalAt(q *list, silence time.Duration) frame.Time {
	if q.head == 0 {
		return never
	}
	return after(t.table.at(q.head).at, silence)
}

// after returns at + d, held at never.
func after(at frame.Time, d time.Duration) frame.Time {
	if at > never-frame.Time(d) {
		return never
	}
	return at + frame.Time(d)
}

// silentSince appends the connections of a list that were silent for as long as its
// stalest.
func (t *Tracker) silentSince(dst []uint32, q *list) []uint32 {
	at := t.table.at(q.head).at
	for i := q.head; i != 0 && t.table.at(i).at == at; i = t.table.at(i).next {
		dst = append(dst, i)
	}
	return dst
}

// finish hands out an ended connection, and forgets all of it but what the next
// incarnation is to know.
func (t *Tracker) finish(i uint32) {
	e := t.table.at(i)
	h, last := t.horizonOf(e)
	if end := t.endOf(e); end == EndClosed || end == EndReset {
		h.limit(min(t.now, after(last, finalAfter)), t.now)
	}
	p := t.predecessorOf(i)
	r := t.remains(i)
	t.table.remove(&t.ended, i)
	t.count.ended--
	t.past.disown(i)
	if h.superseded || !t.past.keep(t, i, p) {
		e.body = 0
		t.table.release(i)
	}
	if t.aside != nil {
		t.aside.add(t, r)
		return
	}
	t.last = r
	t.emit(t.deriver.derive(&t.last))
	t.release(&t.last)
}

// finishEarly hands out a connection that is not final yet, for want of room.
func (t *Tracker) finishEarly(i uint32) {
	t.counts.Evicted++
	h, _ := t.horizonOf(t.table.at(i))
	h.early = true
	if !h.bounded {
		h.until, h.bounded = t.now, true
	}
	t.finish(i)
}

// Flush ends every connection that is left: the capture is over. Those that had
// ended come in the order of their ends, the others in that of their streams.
func (t *Tracker) Flush() {
	t.capture.complete = true
	rest := t.listed(&t.ended, t.count.ended)
	slices.SortFunc(rest, func(a, b uint32) int {
		one, _ := t.horizonOf(t.table.at(a))
		other, _ := t.horizonOf(t.table.at(b))
		return cmp.Or(cmp.Compare(one.endedAt, other.endedAt), t.byStream(a, b))
	})
	for _, i := range rest {
		t.finish(i)
	}
	rest = t.listed(&t.live, t.count.live)
	slices.SortFunc(rest, t.byStream)
	for _, i := range rest {
		t.stop(i, EndCapture)
		t.finish(i)
	}
	if t.aside != nil {
		t.aside.wait()
	}
}

func (t *Tracker) byStream(a, b uint32) int {
	return cmp.Compare(t.table.at(a).stream, t.table.at(b).stream)
}

// listed returns the n connections of a list.
func (t *Tracker) listed(q *list, n int) []uint32 {
	all := make([]uint32, 0, n)
	for i := q.head; i != 0; i = t.table.at(i).next {
		all = append(all, i)
	}
	return all
}
