package reassembly

import (
	"math"
	"slices"
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/segment"
	"finwait/reassembly/stream"
)

// Config bounds what a Tracker remembers.
type Config struct {
	Idle time.Duration // a connection silent for longer has ended; 0 means DefaultIdle

	// MaxConnections bounds the live connections, beyond which the stalest is
	// evicted, and likewise the ended ones that are not final yet; 0 means
	// DefaultMaxConnections.
	MaxConnections int

	// OnBatch, if it is not nil, is called in place of emit with connections that ended,
	// in that order: some at a time, and later than they ended. Whoever does much with each
	// is faster so. The Conns are valid until it returns. Flush must be called, and returns
	// when OnBatch has been for all.
	OnBatch func([]*conn.Conn)

	// Concurrent calls OnBatch in a goroutine of its own, while the Tracker goes on.
	Concurrent bool

	// SkipViews leaves out the flag sequence and Zeek's view, which nobody reads.
	SkipViews bool

	// Number returns what a stream is called that the Tracker numbers from 0, for whoever
	// gives it but some of the capture's segments; nil leaves the numbers as they are. The
	// greater is called by the greater number.
	Number func(stream uint32) uint32

	// OnGap is called with every gap of the capture, when it is known to be one; nil for
	// nobody.
	OnGap func(Gap)

	// OnSegment is shown every segment, in the order of the file; nil shows none.
	OnSegment func(*conn.SegmentEvent)

	// Each is told every segment with the number of its stream, and which of the
	// tuple's two ends sent it; nil is told none. It is called in the order of the file,
	// after what became final before the segment was handed out, with OnBatch at least
	// what became final of its stream. It costs less than OnSegment: what the tracker
	// makes of the segment is not said.
	Each func(stream uint32, side uint8, f frame.Frame, s *segment.Segment)
}

// The defaults. Idle lies beyond any timer that a kernel runs by default: the
// longest is the keep-alive time of 7200 s (RFC 9293 §3.8.4) with its nine
// probes of 75 s.
const (
	DefaultIdle           = 9000 * time.Second
	DefaultMaxConnections = 1_000_000
)

// An ended connection becomes final when its 4-tuple is reused, or when it was
// silent for FinalAfter: until then its stray segments still belong to it. That is
// how long Linux keeps a socket in TIME-WAIT (TCP_TIMEWAIT_LEN), and longer than
// most copies of a segment are repeated.
const FinalAfter = time.Minute

// Tracker is the connection table. It takes the segments of one capture in the
// order of the file and hands out each connection when it ends.
type Tracker struct {
	cfg     Config
	emit    func(*conn.Conn)
	streams *stream.Index

	table    table
	heads    slab.Slab[conn.Head]
	store    *conn.Store
	priors   slab.Slab[conn.Prior]
	icmp     icmps
	live     list // by last segment
	ended    list // by last segment, too: those that are not final yet
	packed   packed
	past     predecessors
	asked    asked
	gaps     gaps
	held     []handedOut // what is handed out once it is known whether a silence was a gap
	final    []uint32    // what becomes final at the same time
	count    struct{ live, ended int }
	now      frame.Time // latest timestamp so far
	due      frame.Time // until then nothing becomes final
	begun    bool
	capture  captureFacts
	counts   Counts
	deriver  *conn.Deriver
	last     handedOut // of what was derived last
	deriving *deriving // nil where each connection is derived and handed out at once

	superseded superseded
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
func NewTracker(cfg Config, emit func(*conn.Conn)) *Tracker {
	if cfg.Idle <= 0 {
		cfg.Idle = DefaultIdle
	}
	if cfg.MaxConnections <= 0 {
		cfg.MaxConnections = DefaultMaxConnections
	}
	t := &Tracker{
		cfg: cfg, emit: emit, streams: stream.NewIndex(), store: conn.NewStore(!cfg.SkipViews), packed: newPacked(), deriver: conn.NewDeriver(!cfg.SkipViews),
	}
	t.store.CountAll = cfg.OnSegment != nil
	if cfg.OnBatch != nil {
		t.deriving = newDeriving(t.deriver, cfg.Concurrent, cfg.OnBatch)
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
	t.counts.Streams, t.counts.Shared = t.streams.Len(), t.store.Shared
	return t.counts
}

// Now returns the latest time so far; false where there was none.
func (t *Tracker) Now() (frame.Time, bool) { return t.now, t.begun }

// Advance takes in the time of a packet that held no segment: observation goes
// on while anything at all is captured.
func (t *Tracker) Advance(at frame.Time) {
	if !t.begun || at > t.now {
		if t.begun && (at.Sub(t.now) >= ShortestGap || t.gaps.pending) {
			t.pause(at)
		}
		t.now, t.begun = at, true
		if t.now > t.due {
			t.expire()
		}
	}
}

// Add takes in one segment, the one of frame f.
func (t *Tracker) Add(f frame.Frame, s *segment.Segment) {
	t.Advance(f.Time)
	tuple, side, opened, prev := t.streams.Number(s)
	t.see(tuple.Stream, s, side)
	var prior uint32
	later := false
	if prev != nil && prev.Conn != 0 {
		if later = t.mayWait(); !later {
			t.settle()
			prior = t.reuse(prev.Conn, prev.Stream, f.Time)
		}
	}
	e := t.entry(tuple)
	fresh := e == nil
	if t.cfg.Each != nil {
		if fresh && !opened && t.deriving != nil {
			t.deriving.pass(t)
		}
		t.cfg.Each(tuple.Stream, side, f, s)
	}
	if fresh {
		before := tuple.Conn
		tuple.Conn = t.open(s, side, tuple.Stream)
		e = t.table.At(tuple.Conn)
		e.prior = prior
		if later {
			t.supersede(supersession{prev.Conn, tuple.Conn, prev.Stream, f.Time})
		}
		if !opened {
			h := t.headOf(e)
			h.Reopened, h.OutOfRoom = true, t.past.inherit(t, before, tuple)
		}
	}
	if !t.capture.plain && !s.Flags.Any(segment.SYN|segment.FIN|segment.RST) {
		t.capture.plain, t.capture.plainAt = true, t.now
	}
	if s.Flags.Has(segment.SYN) {
		t.askFrom(tuple.Conn, s, side, fresh)
	}
	h := t.headOf(e)
	if s.Options.Multipath && s.Flags.Has(segment.SYN) {
		h.Multipath |= 1 << side
	}
	if h.Ended == conn.EndReset && deniesReset(h, f, s) {
		t.revive(tuple.Conn, h)
	}
	if t.cfg.OnSegment == nil {
		t.store.Add(h, f, s, side)
	} else {
		t.watched(h, tuple.Stream, f, s, side)
	}
	h.Completeness = tuple.Completeness
	if h.Ended != conn.EndNone {
		t.touchEnded(tuple.Conn)
		return
	}
	t.touch(tuple.Conn, e)
	if end := t.store.Over(h); end != conn.EndNone {
		t.endConnection(tuple.Conn, end)
	}
}

// watched takes in a segment and shows it.
func (t *Tracker) watched(h *conn.Head, stream uint32, f frame.Frame, s *segment.Segment, side uint8) {
	event := t.store.AddObserved(h, f, s, side)
	event.Stream = stream
	t.cfg.OnSegment(&event)
}

// Pass takes in a packet that is not to be tracked, skip being what became of its
// decoding: it counts for the numbers of streams, which are those of the whole
// capture, and for nothing else.
func (t *Tracker) Pass(s *segment.Segment, skip segment.Skip) {
	switch skip {
	case segment.Decoded:
		if tuple, side, _, _ := t.streams.Number(s); t.begun {
			t.see(tuple.Stream, s, side)
		}
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
	return t.entryOf(tuple.Conn, tuple.Stream)
}

// entryOf returns entry i, or nil where it is not, or no longer, that of a stream's
// connection.
func (t *Tracker) entryOf(i, number uint32) *entry {
	e := t.table.At(i)
	if e.head == 0 || e.stream != number || e.head&isPredecessor != 0 {
		return nil
	}
	return e
}

// makeRoom evicts the stalest live connection where there are as many as may be.
func (t *Tracker) makeRoom() {
	if t.count.live < t.cfg.MaxConnections {
		return
	}
	if t.settle(); t.count.live >= t.cfg.MaxConnections {
		t.counts.Evicted++
		i := t.live.head
		t.stop(i, conn.EndEvicted)
		t.handOut(i)
	}
}

// open begins a new connection.
func (t *Tracker) open(s *segment.Segment, side uint8, number uint32) uint32 {
	t.makeRoom()
	n, h := t.heads.Alloc()
	t.store.Open(h, s, side)
	i, e := t.table.Alloc()
	e.head, e.stream, e.prior = n, number, 0
	t.table.pushBack(&t.live, i, e)
	t.count.live++
	return i
}

// touch makes i, whose entry is e, the freshest of the live connections, as of the latest
// time there was: a segment whose own time lies before that shows no silence.
func (t *Tracker) touch(i uint32, e *entry) {
	e.at = t.now
	if t.live.tail != i {
		t.table.remove(&t.live, e)
		t.table.pushBack(&t.live, i, e)
	}
}

// touchEnded is touch among those that ended.
func (t *Tracker) touchEnded(i uint32) {
	t.table.At(i).at = t.now
	if t.ended.tail != i {
		t.removeEnded(i)
		t.pushEnded(i)
	}
}

// reuse ends the previous incarnation on a 4-tuple (RFC 9293 §3.4.1), a stream whose entry
// was i and which a SYN of the given time supersedes. It returns what is to be remembered
// of it.
func (t *Tracker) reuse(i, number uint32, begun frame.Time) (prior uint32) {
	e := t.table.At(i)
	if e.head == 0 || e.stream != number {
		return 0
	}
	if e.head&isPredecessor != 0 {
		return t.remember(t.past.pop(t, i).at(begun))
	}
	h, at := t.head(i), begun
	if h.Ended == conn.EndNone {
		t.stop(i, conn.EndReused)
	}
	if e.at > at { // the clock was set back, here or elsewhere
		at = max(at, t.store.Latest(h))
	}
	h.Supersede(at)
	p := t.handOut(i)
	return t.remember(p.at(begun))
}

// remember keeps p, if there is anything to keep, and returns its index.
func (t *Tracker) remember(p conn.Prior, ok bool) (i uint32) {
	if ok {
		var q *conn.Prior
		i, q = t.priors.Alloc()
		*q = p
	}
	return i
}

// endConnection moves a live connection to those that ended.
func (t *Tracker) endConnection(i uint32, why conn.End) {
	t.stop(i, why)
	if t.count.ended > t.cfg.MaxConnections {
		if t.settle(); t.count.ended > t.cfg.MaxConnections {
			t.handOutEarly(t.ended.head)
		}
	}
}

// stop is end where there is room.
func (t *Tracker) stop(i uint32, why conn.End) {
	h := t.head(i)
	t.store.End(h, why)
	switch why {
	case conn.EndIdle:
		h.Bound(h.EndedAt + frame.Time(t.cfg.Idle))
	case conn.EndEvicted:
		h.Bound(t.now)
	}
	t.table.remove(&t.live, t.table.At(i))
	t.count.live--
	t.pushEnded(i)
}

// deniesReset reports whether a segment shows that the reset which seemed to end a
// connection was not taken in: somebody goes on long after it.
func deniesReset(h *conn.Head, f frame.Frame, s *segment.Segment) bool {
	const stray = time.Second // what was on its way has arrived by then
	return !s.Flags.Has(segment.RST) && f.Time.Sub(h.EndedAt) > stray
}

// revive takes an ended connection back among the live ones.
func (t *Tracker) revive(i uint32, h *conn.Head) {
	t.store.Revive(h)
	t.removeEnded(i)
	t.makeRoom()
	t.table.pushBack(&t.live, i, t.table.At(i))
	t.count.live++
}

// expire hands out what has become final, in that order, and finds when the next
// will be.
func (t *Tracker) expire() {
	t.settle()
	t.past.expire(t)
	for {
		ended, live := t.finalAt(&t.ended, FinalAfter), t.finalAt(&t.live, t.cfg.Idle)
		next := min(ended, live)
		if t.now <= next {
			t.due = min(next, after(t.now, min(FinalAfter, t.cfg.Idle)))
			return
		}
		if t.final = t.final[:0]; ended == next {
			t.final = t.silentSince(t.final, &t.ended)
		}
		if live == next {
			for _, i := range t.silentSince(nil, &t.live) {
				t.stop(i, conn.EndIdle)
				t.final = append(t.final, i)
			}
		}
		slices.SortFunc(t.final, t.byStream)
		for _, i := range t.final {
			t.handOut(i)
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
	return after(t.table.At(q.head).at, silence)
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
	at := t.table.At(q.head).at
	for i := q.head; i != 0 && t.table.At(i).at == at; i = t.table.At(i).next {
		dst = append(dst, i)
	}
	return dst
}
