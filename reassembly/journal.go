package reassembly

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// journal is a connection as the list of its segments, of which none says more than
// its header does: a SYN without answer, a half-open connection, and above all the
// short conversation in which every segment is the one that was to be expected
// (see course). Most connections never are more than that. A tcb is made of a
// journal when a segment comes that it has no place for, or when a Conn is derived
// of it. To write a segment down takes a third of the time that a tcb takes to
// follow it, and what rests until the connection is derived is less than half as
// large: a tenth of the time of a report, a third of the memory of a million live
// connections. A journal holds no pointers.
type journal struct {
	horizon
	finTime      frame.Time // of the second FIN, like finFrame; valid iff there were both
	finFrame     uint32
	firstFIN     uint8 // as in the tcb, like the next
	completeness uint8
	ended        End  // only an orderly one ends as a journal
	crossed      bool // the second FIN does not acknowledge the first
	is4          bool
	reopened     bool
	evicted      bool                // what it goes on with was handed out early
	syn, fin     [2]bool             // who sent its SYN, and its FIN
	disorderly   bool                // its segments are not all as expected: it has no payload and no FIN
	addr         [2]segment.Endpoint // as in the tcb, like the next two
	path         segment.Path
	prior        uint32
	talk         uint32 // index into the talks of its shelf, or 0
	lines        run    // in the lines of its shelf
	courses      [2]course
}

// shelf holds journals and what belongs to them. There is one for the live
// connections and one for those that ended: the live ones are few and come and go
// in memory that stays in the caches; those that ended lie in the order in which
// they ended, and are written once and read once, in that order. On one shelf for
// all, tracking took a third longer.
type shelf struct {
	journals slab[journal]
	lines    store[line]
	talks    slab[talk]
	heads    store[byte]
}

func newShelf() shelf {
	return shelf{lines: newStore[line](1, 2, 3, 8, maxLines), heads: newHeadStore()}
}

// newPast returns a shelf for journals that do not grow.
func newPast() shelf {
	return shelf{lines: newStore[line](1, 2, 3, 4, 6, 8, 10, 12, maxLines), heads: newHeadStore()}
}

// move takes a journal from one shelf to another.
func (from *shelf) move(n uint32, to *shelf) uint32 {
	old := from.journals.at(n)
	i, b := to.journals.alloc()
	*b = *old
	b.lines = move(from.lines, old.lines, to.lines)
	if old.talk != 0 {
		talk, k := to.talks.alloc()
		*k = *from.talks.at(old.talk)
		for side := range k.last {
			k.last[side].head = move(from.heads, k.last[side].head, to.heads)
		}
		b.talk = talk
		from.talks.release(old.talk)
	}
	from.journals.release(n)
	return i
}

// discard gives the room of journal n back, apart from what its talk refers to.
func (from *shelf) discard(n uint32) {
	b := from.journals.at(n)
	from.talks.release(b.talk)
	from.lines.release(&b.lines)
	from.journals.release(n)
}

// line is one segment of a journal.
type line struct {
	time         frame.Time
	seq, ack     seqnum.Value
	tsVal, tsEcr uint32
	frame        uint32
	payload      uint32 // octets on the wire
	window, id   uint16
	flags        segment.Flags
	ttl          uint8
	scale        uint8
	bits         lineBits
}

type lineBits uint8

const (
	lineSide  lineBits = 1 << iota // it came from side 1
	lineTS                         // it has timestamps
	lineScale                      // it has a window scale
	lineWhole                      // all its payload was captured
)

// maxLines is how many segments a journal has at most: as many as a connection
// keeps before it begins to forget some, so that a journal never has to.
const maxLines = thinRoom

// maxLinePayload bounds the payload of a line, on the wire.
const maxLinePayload = 1 << 16

// fits reports whether a segment can be written into b, and whether b stays
// orderly by it.
func (b *journal) fits(s *segment.Segment, side uint8) (fits, orderly bool) {
	if b.ended != EndNone || b.lines.n == maxLines || s.Options.SACKs > 0 || s.Flags.Has(segment.RST) ||
		s.NoLen || s.BadOffset || s.Options.Cut || !sameLabels(&s.Path, &b.path) {
		return false, false
	}
	if !b.disorderly && b.expects(s, side) {
		return true, true
	}
	said := b.talk != 0 || b.firstFIN != noSide || s.PayloadLen > 0 || s.Flags.Has(segment.FIN)
	return !said, false
}

// write adds a segment that fits to b, which is live.
func (t *Tracker) write(b *journal, p frame.Frame, s *segment.Segment, side uint8) {
	n := int(b.lines.n)
	t.lines.reserve(&b.lines, n+1)
	b.lines.n++
	bits := lineBits(side)
	if s.Options.HasTimestamps {
		bits |= lineTS
	}
	if s.Options.HasScale {
		bits |= lineScale
	}
	if len(s.Payload) == int(s.PayloadLen) {
		bits |= lineWhole
	}
	t.lines.of(&b.lines)[n] = line{
		time: p.Time, frame: uint32(p.Number), seq: s.Seq, ack: s.Ack, payload: s.PayloadLen, window: s.Window, id: s.IPID,
		flags: s.Flags, ttl: s.TTL, tsVal: s.Options.TSVal, tsEcr: s.Options.TSEcr, scale: s.Options.Scale, bits: bits,
	}
}

// blank stands for payload of which no more than the length is asked.
var blank [maxLinePayload]byte

// restore makes s the segment that g was, as far as take looks at it, and returns its
// frame and the side that it came from.
func (g *line) restore(b *journal, s *segment.Segment) (p frame.Frame, side uint8) {
	side = uint8(g.bits & lineSide)
	p = frame.Frame{Time: g.time, Number: int(g.frame)}
	*s = segment.Segment{
		Src: b.addr[side], Dst: b.addr[1-side], Path: b.path, Is4: b.is4,
		Seq: g.seq, Ack: g.ack, Flags: g.flags, Window: g.window, TTL: g.ttl, IPID: g.id, PayloadLen: g.payload,
	}
	if g.bits&lineWhole != 0 {
		s.Payload = blank[:g.payload]
	}
	s.Options.HasTimestamps, s.Options.TSVal, s.Options.TSEcr = g.bits&lineTS != 0, g.tsVal, g.tsEcr
	s.Options.HasScale, s.Options.Scale = g.bits&lineScale != 0, g.scale
	return p, side
}

// journal returns the journal of an entry, or nil where it has a tcb or rests.
func (t *Tracker) journal(e *entry) *journal {
	if e.body&journaled == 0 {
		return nil
	}
	return t.shelfOf(e.body).journals.at(e.body &^ (journaled | atRest))
}

// shelfOf returns where the journal of a body is.
func (t *Tracker) shelfOf(body uint32) *shelf {
	if body&atRest != 0 {
		return &t.shelved
	}
	return &t.shelf
}

// begin makes c the tcb of a journal without segments.
func (b *journal) begin(c *tcb, stream uint32) {
	*c = tcb{
		stream: stream, firstFIN: noSide, addr: b.addr, path: b.path, is4: b.is4, horizon: b.horizon,
		prior: b.prior, talk: b.talk, completeness: b.completeness, ended: b.ended,
	}
	if b.reopened {
		c.seen = sawReopened
	}
	if b.evicted {
		c.seen |= sawEvicted
	}
	c.ends[0].scale, c.ends[1].scale = -1, -1
}

// unfold makes a tcb of the journal of an entry.
func (t *Tracker) unfold(e *entry) {
	if e.body&atRest != 0 {
		e.body = t.shelved.move(e.body&^(journaled|atRest), &t.shelf) | journaled
	}
	b, old := t.journal(e), e.body&^journaled
	i, c := t.tcbs.alloc()
	b.begin(c, e.stream)
	lines := t.lines.of(&b.lines)
	if b.disorderly {
		var s segment.Segment
		for n := range lines {
			p, side := lines[n].restore(b, &s)
			t.take(c, p, &s, side)
		}
	} else if len(lines) > 0 {
		t.marks.reserve(&c.marks, len(lines))
		c.marks.n = uint16(len(lines))
		b.follow(c, lines, t.marks.of(&c.marks), &t.more, t.cfg.Brief)
	}
	t.lines.release(&b.lines)
	t.journals.release(old)
	e.body = i
}

// tcb returns the tcb of an entry, which is no journal and not at rest from then on.
func (t *Tracker) tcb(e *entry) *tcb {
	switch {
	case e.body&journaled != 0:
		t.unfold(e)
	case e.body&atRest != 0:
		t.wake(e)
	}
	return t.tcbs.at(e.body)
}
