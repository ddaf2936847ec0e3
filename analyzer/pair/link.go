package pair

import (
	"finwait/reassembly/codec"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// link is one connection: the leg of each capture, and what is known of its segments. One
// that stands alone has one leg.
type link struct {
	legs       [2]*leg
	near       int // the capture that is nearer to the end with direction 0
	pending    [2]pending
	rowsWanted bool // rows are wanted
	done       bool
	*story     // nil while it stands alone and has few segments: of SYNs that nobody answers there are millions
}

// story is what the segments of a link tell.
type story struct {
	flows   [2]flow
	rows    []byte // encoded
	notes   *notes // nil while there are none
	fins    fins
	waits   *waits // nil while there was no payload
	repeats []repeat
	union   union
}

// mostAlone is how many segments a link has before it has a story, unless it is joined.
const mostAlone = 8

// begin lets a link have a story.
func (k *link) begin(e *engine) {
	if k.story != nil {
		return
	}
	k.tell(e)
	before := k.pending
	k.pending, e.spare.queues = e.spare.queues, [2]pending{}
	for c := range before {
		for i := range before[c].items {
			p := &before[c].items[i]
			k.add(e, c, &p.seg, p.time)
		}
	}
	e.spare.queues = [2]pending{before[0].again(), before[1].again()}
}

// tell gives a link an empty story, if it has none.
func (k *link) tell(e *engine) {
	if k.story == nil {
		k.story = reuse(&e.spare.stories)
	}
}

// row is what is said of one segment.
type row struct {
	frames [2]int64      // 0 where it was not captured
	at     [2]frame.Time // by the clock of each capture; valid iff there is a frame
	seq    uint32
	len    uint32
	flags  segment.Flags
	dir    uint8
	fate   Fate
	weak   bool   // that is its fate unless a capture missed it
	ack    uint32 // not encoded, as the next
	n      uint32 // in the union
}

// sender returns the capture that is nearer to who sends in a direction.
func (k *link) sender(dir uint8) int {
	if dir == 0 {
		return k.near
	}
	return 1 - k.near
}

// add takes in a segment of a capture.
func (k *link) add(e *engine, c int, s *seg, t frame.Time) {
	if k.story == nil {
		if k.pending[c].live < mostAlone {
			k.pending[c].add(&pend{seg: *s, time: t})
			return
		}
		k.begin(e)
	}
	f := &k.flows[s.dir]
	if k.legs[1-c] != nil {
		k.learn(e, c, s, t)
	}
	again := f.highest[c].known && s.size() > 0 && before(s.seq, f.highest[c].value)
	if h := &f.highest[c]; !s.has(segment.RST) && (!h.known || before(h.value, s.end())) {
		*h = number{s.end(), true}
	}
	if s.has(segment.SYN) && !s.has(segment.ACK) {
		f.syn[c] = s.at
	}
	if s.len > 0 && c == k.sender(s.dir) {
		k.wait().leaves(s, again)
	}
	matched := k.legs[1-c] != nil && k.match(e, c, s, t)
	if s.has(segment.ACK) && !s.has(segment.RST) {
		if h := &k.flows[1-s.dir].acks[c]; !h.known || before(h.value, s.ack) {
			*h = acked{number{s.ack, true}, t}
		}
	}
	if matched {
		return
	}
	p := pend{seg: *s, time: t}
	if again {
		p.known |= repeated
		if f.came(s) {
			p.known |= copyCame
		}
	}
	if k.isCopy(c, &p) {
		return
	}
	if c != k.sender(s.dir) && f.holds(s) {
		p.known |= heldBefore
	}
	if a := &f.acks[1-c]; c == k.sender(s.dir) && a.known && !before(a.value, s.seq) {
		p.known |= wasAsked
	}
	k.addToUnion(e, c, &p)
	q := &k.pending[c]
	k.shareVal(q, &p)
	q.add(&p)
	if q.live > mostPending {
		k.forget(e, c)
	}
}

// wait returns where the time went between payload.
func (s *story) wait() *waits {
	if s.waits == nil {
		s.waits = new(waits)
	}
	return s.waits
}

// note returns what is noted of a link.
func (s *story) note() *notes {
	if s.notes == nil {
		s.notes = new(notes)
	}
	return s.notes
}

// emit counts what is said of a segment, and keeps it where somebody wants to read it.
func (k *link) emit(r row) {
	f := &k.flows[r.dir]
	f.counts[r.fate]++
	if r.weak {
		f.weak[r.fate]++
	}
	if r.fate == Delivered && r.at[0] != 0 && r.at[1] != 0 {
		f.delays.add(r.at[0], r.at[1]-r.at[0])
	}
	if r.fate != Delivered || r.flags.Has(segment.RST) {
		k.note().see(&r)
	}
	if r.fate == NotCaptured {
		for c, n := range r.frames {
			if n == 0 {
				f.lacks[c]++
			}
		}
	}
	if len(k.repeats) > 0 && r.flags.Has(segment.ACK) && !r.flags.Has(segment.RST) {
		k.answer(&r)
	}
	if r.flags.Has(segment.FIN) {
		k.fins.see(&r, k.sender(r.dir))
	}
	if k.rowsWanted {
		w := writer{Encoder: codec.Encoder{B: k.rows}}
		w.row(&r)
		k.rows = w.B
	}
}
