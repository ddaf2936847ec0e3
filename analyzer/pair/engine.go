package pair

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// Options say what is compared, and how.
type Options struct {
	Driver   driver.Options // of each capture
	Segments bool           // somebody reads what became of each segment

	// Stdin returns what the file "-" stands for, from its beginning: it is read twice.
	Stdin func() io.Reader

	// Keep says which connections are wanted; nil takes all.
	Keep func(*Flow) (bool, error)
}

// engine compares two captures.
type engine struct {
	options Options
	sources [2]*source
	tables  [2]*table
	clock   *clock
	align   alignment
	now     frame.Time // by A's clock
	ended   [2]bool
	ends    [2]frame.Time // by A's clock; valid iff ended

	alone  []waiting // legs that are final and stand alone, in the order in which they became so
	missed [2]int64  // segments that a capture should hold, and does not
	lost   int64     // segments that the path lost for certain
	least  [2]frame.Time
	usual  [2]usual            // delays, by the capture that is passed first
	met    map[uint64]struct{} // pairs of hosts of which both captures hold connections, see hosts
	last   uint64              // the pair that was met last
	result *Result

	store   *conn.Store
	deriver *conn.Deriver
	segment segment.Segment // that is added to a union
	plain   bool            // segments without SYN, FIN and RST were

	sacks   sacks // of the segment that is being added
	spare   spare
	scratch writer
	err     error
}

// waiting is a leg that another may still come for, or has come for.
type waiting struct {
	leg *leg
	at  frame.Time
}

// grace is how long that is waited for: clocks are known to less, and paths are shorter.
const grace = 10 * second

// Run compares two captures, each of which may be several files of one.
func Run(ctx context.Context, a, b []string, o Options) (*Result, error) {
	files := [2][]string{a, b}
	first := o.Driver
	first.Rules, first.Select = []*model.Rule{}, func(*model.Record) bool { return false }
	first.Meter = nil
	looks := [2]*source{}
	problems := [2][]error{}
	for c := range looks {
		first.Problem = func(err error) { problems[c] = append(problems[c], err) }
		first.Stdin = o.stdin()
		looks[c] = start(ctx, files[c], first, false)
	}
	found := align(looks)
	for c := range looks {
		looks[c].halt()
	}
	if err := seesNothing(looks, problems, o.Driver.Problem); err != nil {
		return nil, err
	}
	e := &engine{options: o, align: found, clock: newClock(&found), met: map[uint64]struct{}{}}
	e.result, e.store, e.deriver = new(Result), conn.NewStore(false), conn.NewDeriver(false)
	for c := range e.sources {
		e.tables[c] = newTable()
		o.Driver.Stdin = o.stdin()
		e.sources[c] = start(ctx, files[c], o.Driver, true)
		defer e.sources[c].halt()
	}
	e.merge()
	r, err := e.result, e.err
	if err == nil {
		r, err = e.finish()
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (o *Options) stdin() io.Reader {
	if o.Stdin == nil {
		return o.Driver.Stdin
	}
	return o.Stdin()
}

// ErrUnreadable means that nothing of a capture could be read. Why was told as a problem.
var ErrUnreadable = errors.New("a capture cannot be read")

// seesNothing returns ErrUnreadable, and tells why, where a look saw nothing at all.
func seesNothing(looks [2]*source, problems [2][]error, tell func(error)) (err error) {
	for c, s := range looks {
		if s.outcome == nil || s.outcome.Read || s.outcome.Unreadable == 0 {
			continue
		}
		err = ErrUnreadable
		for _, p := range problems[c] {
			if tell != nil {
				tell(p)
			}
		}
	}
	return err
}

// merge takes the events of both captures in the order of A's clock.
func (e *engine) merge() {
	for e.err == nil {
		a, b := e.sources[0].peek(), e.sources[1].peek()
		e.over(0, a)
		e.over(1, b)
		switch {
		case a == nil && b == nil:
			return
		case b == nil || a != nil && (a.isRecord || !b.isRecord && a.at <= b.at-e.clock.offset):
			e.addEvent(0, a)
		default:
			e.addEvent(1, b)
		}
	}
}

// over notes that a capture has no more events.
func (e *engine) over(c int, next *event) {
	if next != nil || e.ended[c] {
		return
	}
	e.ended[c] = true
	for _, f := range e.sources[c].files {
		if f.Last != nil {
			e.ends[c] = max(e.ends[c], e.timeOf(c, *f.Last))
		}
	}
}

// addEvent takes in an event of a capture: a segment or a record.
func (e *engine) addEvent(c int, ev *event) {
	if ev.isRecord {
		e.final(c, ev.stream, e.sources[c].record(ev))
		e.sources[c].advance()
		return
	}
	t := e.timeOf(c, ev.at)
	e.now = max(e.now, t)
	if len(e.alone) > 0 {
		e.expire(e.now - grace)
	}
	l := e.tables[c].live.of(ev.stream)
	if l == nil || e.another(c, l, ev) {
		l = e.open(c, ev, l)
	}
	ev.dir = ev.side ^ l.flip
	if l.link.legs[1-c] == nil {
		e.look(c, l, ev)
	} else {
		l.see(&ev.seg)
	}
	if ev.sacks > 0 {
		e.sacks = e.sources[c].batch.sacks[ev.sacks-1]
	}
	l.link.add(e, c, &ev.seg, t)
	e.sacks.n = 0
	e.sources[c].advance()
}

// open begins a leg; before is that of the same stream, if there is one.
func (e *engine) open(c int, ev *event, before *leg) *leg {
	l := reuse(&e.spare.legs)
	l.begin(c, ev)
	l.before = before
	l.link = reuse(&e.spare.links)
	l.link.near, l.link.rowsWanted = e.standsAt(l), e.options.Segments
	l.link.legs[c] = l
	e.tables[c].live.set(ev.stream, l)
	e.tables[c].offer(l)
	return l
}

// another reports whether a segment of a stream belongs to another connection than the
// leg, which the other capture tells apart: this one lacks the SYN that opened it.
func (e *engine) another(c int, l *leg, ev *event) bool {
	if l.link.legs[1-c] == nil || !e.tables[1-c].mayOffer(l) {
		return false
	}
	o := e.tables[1-c].tuples[l.tuple()]
	if o == nil || o == l.link.legs[1-c] {
		return false
	}
	fresh := new(leg)
	fresh.begin(c, ev)
	s := ev.seg
	s.dir = ev.side ^ fresh.flip
	fresh.see(&s)
	turned := o.sender(0) != fresh.sender(0)
	if !o.fits(fresh, turned) {
		return false
	}
	if ev.has(segment.SYN) && l.isn[ev.side^l.flip] != (number{ev.seg.seq, true}) || e.tables[1-c].prints[ev.print()] == o {
		return true
	}
	s.dir = ev.side ^ l.flip
	return !l.continues(&s)
}

// look looks for the other leg of one that stands alone.
func (e *engine) look(c int, l *leg, ev *event) {
	l.see(&ev.seg)
	k := ev.print()
	o, turned := e.tables[1-c].find(l, &ev.seg, k)
	if o == nil {
		if ev.tells() {
			e.tables[c].print(l, &ev.seg, k)
		}
		return
	}
	e.tables[c].withdraw(l)
	e.tables[1-c].withdraw(o)
	legs := [2]*leg{}
	legs[c], legs[1-c] = l, o
	e.join(legs[0], legs[1], turned)
	ev.dir = ev.side ^ l.flip
}

// join makes one link of two legs. The directions are those of the leg that knows who
// opened, or else of A's.
func (e *engine) join(a, b *leg, turned bool) {
	from, to := b, a
	if turned {
		if b.opened && !a.opened {
			a.turn()
			a.link.turn()
			a.link.dropUnion(e)
		} else {
			b.turn()
			b.link.turn()
		}
	}
	rest := from.link.pending[1]
	k, gone := to.link, from.link
	k.begin(e)
	k.legs[1], b.link = b, k
	k.near = e.standsAt(a)
	if o := gone.story; o != nil {
		k.rows = append(k.rows, o.rows...)
		for d := range o.flows {
			for f, n := range o.flows[d].counts {
				k.flows[d].counts[f] += n
			}
		}
	}
	e.meet(hosts(a))
	e.meet(hosts(b))
	for i := rest.head; i < len(rest.keys); i++ {
		if rest.keys[i] != 0 {
			p := &rest.items[i]
			k.add(e, 1, &p.seg, p.time)
		}
	}
	e.discard(gone)
}

// discard gives back a link that nothing refers to.
func (e *engine) discard(k *link) {
	k.dropUnion(e)
	e.spare.link(k)
}

// meet notes that both captures hold connections of two hosts.
func (e *engine) meet(h uint64) {
	if h != e.last {
		e.met[h], e.last = struct{}{}, h
	}
}

// turn swaps the directions of a link.
func (k *link) turn() {
	for c := range k.pending {
		q := &k.pending[c]
		for i := q.head; i < len(q.keys); i++ {
			if q.keys[i] != 0 {
				q.items[i].dir ^= 1
				q.move(i)
			}
		}
	}
	k.near = 1 - k.near
	if k.story == nil {
		return
	}
	var w writer
	for _, r := range decodedRows(k.rows) {
		r.dir ^= 1
		w.row(&r)
	}
	k.rows = w.B
	k.flows[0], k.flows[1] = k.flows[1], k.flows[0]
	k.waits = nil
}

// standsAt returns the capture that is nearer to the end of a leg with direction 0.
func (e *engine) standsAt(l *leg) int {
	from, to := e.align.near[l.sender(0).Addr], e.align.near[l.sender(1).Addr]
	if from-to < 0 {
		return 1
	}
	return 0
}

// timeOf returns a capture's time by A's clock.
func (e *engine) timeOf(c int, at frame.Time) frame.Time {
	if c == 1 {
		return at - e.clock.offset
	}
	return at
}

// slack is by how much a segment may seem to arrive before it was sent.
func (e *engine) slack() time.Duration {
	if !e.align.known {
		return time.Hour
	}
	return time.Duration(e.clock.spread) + 20*time.Millisecond
}

// patience is how long after it was sent a segment should have arrived.
func (e *engine) patience() frame.Time { return e.least[0] + e.least[1] + 5*second/1000 }

// matched learns from a segment that is in both captures.
func (e *engine) matched(k *link, dir uint8, diff frame.Time) {
	d := diff - e.clock.offset
	if k.sender(dir) == 1 {
		d = -d
	}
	e.usual[k.sender(dir)].see(d)
	if d < 0 {
		d = -d
	}
	if at := &e.least[k.sender(dir)]; *at == 0 || d < *at {
		*at = d
	}
}

// delayRange returns within what time segments of a direction arrive, as far as is known.
func (e *engine) delayRange(f *flow, forward bool) (least, most frame.Time) {
	if f.delays.n == 0 {
		return 0, e.least[0] + e.least[1]
	}
	low, high := f.delays.low.diff-e.clock.offset, f.delays.high.diff-e.clock.offset
	if !forward {
		low, high = -high, -low
	}
	return max(low, 0), max(high, 0)
}

// span returns what a capture covers, by A's clock.
func (e *engine) span(c int) (from, to frame.Time) {
	from, to = math.MinInt64, math.MaxInt64
	if e.sources[c].hasTime {
		from = e.timeOf(c, e.sources[c].began)
	}
	if e.ended[c] {
		to = e.ends[c]
	}
	return from, to
}

// hosts returns a number that is equal for legs of the same two addresses.
func hosts(l *leg) (h uint64) {
	t := l.tuple()
	for _, e := range t {
		h = mix(h ^ binary.LittleEndian.Uint64(e.Addr[:8]))
		h = mix(h ^ binary.LittleEndian.Uint64(e.Addr[8:]))
	}
	return h
}

// meets reports whether other connections of a leg's hosts are in both captures: then
// this one should be.
func (e *engine) meets(l *leg) bool {
	_, ok := e.met[hosts(l)]
	return ok
}

// final takes in that a capture has said all of a connection.
func (e *engine) final(c int, stream uint32, record []byte) {
	for l := e.tables[c].live.remove(stream); l != nil; {
		before := l.before
		l.record = append(l.record[:0], record...)
		switch o := l.link.legs[1-c]; {
		case o == nil:
			l.waits = true
			e.alone = append(e.alone, waiting{l, e.now})
		case len(o.record) > 0:
			e.close(l.link)
		}
		l = before
	}
}

// expire gives up waiting for the other leg of those that were final before a time.
func (e *engine) expire(before frame.Time) {
	n := 0
	for ; n < len(e.alone) && e.alone[n].at <= before; n++ {
		l := e.alone[n].leg
		l.waits = false
		switch k := l.link; {
		case k == nil: // it was found, and closed
			e.spare.leg(l)
		case k.legs[0] == nil || k.legs[1] == nil:
			e.tables[l.capture].withdraw(l)
			e.close(k)
		}
	}
	e.alone = e.alone[n:]
}

// close makes a Flow of a link of which all is known.
func (e *engine) close(k *link) {
	if k.done {
		return
	}
	k.done = true
	e.keep(k)
	for _, l := range k.legs {
		switch {
		case l == nil:
		case l.waits:
			l.link = nil
		default:
			e.spare.leg(l)
		}
	}
	e.discard(k)
}

// keep takes in a link of which all is known. One that stands alone is told of only where
// both captures should have it.
func (e *engine) keep(k *link) {
	r := e.result
	switch {
	case k.legs[1] == nil:
		r.OnlyA++
	case k.legs[0] == nil:
		r.OnlyB++
	default:
		r.Matched++
		if k.legs[0].tuple() != k.legs[1].tuple() {
			r.Translated++
		}
	}
	if k.legs[0] == nil && !e.meets(k.legs[1]) || k.legs[1] == nil && !e.meets(k.legs[0]) {
		return
	}
	k.tell(e)
	k.settleAll(e)
	for dir := range k.flows {
		way := k.sender(uint8(dir))
		r.ways[way].add(&k.flows[dir].tally)
	}
	var states [2][]model.Stay
	if k.patchy(e) {
		states = k.derive(e)
	}
	e.scratch.B = e.scratch.B[:0]
	k.encode(&e.scratch, &states)
	if err := r.spool.add(e.scratch.B); err != nil && e.err == nil {
		e.err = err
	}
}

// finish makes the result, when both captures have been read.
func (e *engine) finish() (*Result, error) {
	e.expire(math.MaxInt64)
	r := e.result
	r.Offset = e.clock.result()
	for c := range r.Files {
		r.Files[c], r.Outcomes[c], r.names[c] = e.sources[c].files, e.sources[c].outcome, e.sources[c].names.list
		if e.err == nil {
			e.err = e.sources[c].err
		}
	}
	r.Missing = e.missing()
	if e.err == nil {
		e.err = r.complete(e.options.Keep)
	}
	return r, e.err
}
