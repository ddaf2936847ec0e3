package pair

import (
	"math"

	"finwait/reassembly/codec"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// link is one connection: the leg of each capture, and what is known of its segments. One
// that stands alone has one leg.
type link struct {
	legs    [2]*leg
	near    int // the capture that is nearer to the end with direction 0
	pending [2]pending
	told    bool // rows are wanted
	done    bool
	*story  // nil while it stands alone and has few segments: of SYNs that nobody answers there are millions
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
func (k *link) begin(e *Engine) {
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
func (k *link) tell(e *Engine) {
	if k.story == nil {
		k.story = take(&e.spare.stories)
	}
}

// flow is one direction of a link.
type flow struct {
	tally
	matched   uint32
	highest   [2]number // sequence number sent so far, by capture
	acks      [2]acked  // what its receiver acknowledged so far, by capture
	ttl       [2]ttl    // by capture, of what was matched
	ids       counter   // the IP identification of its sender, as it was sent
	same      uint32    // matched segments whose IP identification is the same
	differ    uint32    // and those whose is not
	plainTS   bool      // matched segments had timestamps in both captures
	isn       number    // of the SYN that is in both captures
	began     number    // where the first segment stands that is in both and no SYN
	lastVal   number    // the timestamp of what arrived last
	recent    []seen    // what arrived last, to know copies by
	next      uint8
	syn       [2]frame.Time // when a SYN without ACK was seen last, by the clock of each capture
	overtaken overtakenSpans
}

// acked is what was acknowledged, and since when by A's clock.
type acked struct {
	number
	at frame.Time
}

// ttl is that of the matched segments.
type ttl struct {
	value uint8
	n     uint8 // as many, or more
	mixed bool
}

func (t *ttl) see(v uint8) {
	switch {
	case t.n == 0:
		t.value = v
	case t.value != v:
		t.mixed = true
	}
	t.n = min(t.n, math.MaxUint8-1) + 1
}

// counter is the IP identification of a sender that counts.
type counter struct {
	first, last uint16
	n           int32
	jumps       int32
}

// see takes in an identification. What Linux sends for a connection without a socket, from
// TIME-WAIT or from SYN-RECEIVED, has 0, and does not count.
func (c *counter) see(id uint16) {
	switch {
	case id == 0 && c.last != 0:
		return
	case c.n == 0:
		c.first = id
	case id-c.last > 256 && c.last-id > 256:
		c.jumps++
	}
	c.last = id
	c.n++
}

// counts reports whether the identifications seen grow by little.
func (c *counter) counts() bool { return c.n >= 3 && c.jumps*8 <= c.n }

// strange says by how much an identification speaks against the sender that counts.
func (c *counter) strange(id uint16) int {
	switch {
	case c.n == 0 || c.jumps*8 > c.n || c.fits(id):
		return 0
	case c.n == 1:
		return 1
	}
	return 2
}

// fits reports whether an identification is near to those seen.
func (c *counter) fits(id uint16) bool {
	const near = 1024
	return id-(c.first-near) <= c.last-c.first+2*near || c.last-id <= near || id-c.last <= near
}

// seen is a segment that arrived.
type seen struct {
	key    uint64
	seq    uint32
	size   uint32
	ack    uint32
	at     [2]frame.Time
	frames [2]int64
	print  uint64
	hash   uint32
	tsVal  uint32
	id     uint16
	bits   segBits
}

// keptSeen is among how many segments that arrived a copy is looked for.
const keptSeen = 64

func (f *flow) remember(s seen) {
	if cap(f.recent) == 0 { // as many as arrive where a connection is refused
		f.recent = make([]seen, 0, 1)
	}
	if len(f.recent) < keptSeen {
		f.recent = append(f.recent, s)
		return
	}
	f.recent[f.next%keptSeen] = s
	f.next++
}

// came reports whether all that s carries has arrived lately.
func (f *flow) came(s *seg) bool {
	for i := range f.recent {
		if r := &f.recent[i]; !before(s.seq, r.seq) && !before(r.seq+r.size, s.end()) {
			return true
		}
	}
	return false
}

// passed reports whether what its sender sent behind s has arrived lately.
func (f *flow) passed(s *seg) bool {
	for i := range f.recent {
		if r := &f.recent[i]; r.size > 0 && !before(r.seq, s.end()) {
			return true
		}
	}
	return false
}

// holds reports whether a segment is part of one that has arrived lately, sent at the same
// time: a device may have merged that one with others.
func (f *flow) holds(s *seg) bool {
	if s.len == 0 || !s.is(hasTS) {
		return false
	}
	for i := range f.recent {
		r := &f.recent[i]
		if r.bits&hasTS != 0 && r.tsVal == s.tsVal && !before(s.seq, r.seq) && !before(r.seq+r.size, s.end()) {
			return true
		}
	}
	return false
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
func (k *link) add(e *Engine, c int, s *seg, t frame.Time) {
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

// isCopy reports whether a segment is one that was matched, once more: a copy that the
// network made, or that a capture did.
func (k *link) isCopy(c int, p *pend) bool {
	f := &k.flows[p.dir]
	key, print := p.key(), p.print()
	for i := range f.recent {
		r := &f.recent[i]
		if r.key != key || r.print != print || r.id != p.id || c == k.sender(p.dir) && (p.id == 0 || !p.is(is4)) {
			continue // a sender may well say the same thing twice
		}
		if r.bits&p.bits&hasHash != 0 && r.hash != p.hash {
			continue
		}
		out := row{seq: p.seq, len: p.len, flags: p.flags, dir: p.dir, fate: Duplicated}
		out.frames[c], out.at[c] = p.frame, p.at
		if c == k.sender(p.dir) { // no network made it: the capture saw one segment twice
			out.fate, out.frames[1-c], out.at[1-c] = Delivered, r.frames[1-c], r.at[1-c]
		}
		k.emit(out)
		return true
	}
	return false
}

// match finds what s is in the other capture; false means that some of it was not found.
func (k *link) match(e *Engine, c int, s *seg, t frame.Time) bool {
	q := &k.pending[1-c]
	for q.live > 0 {
		i := q.exact(s, func(p *pend) (int, bool) { return k.same(e, c, s, p, t) })
		if i < 0 && s.len > 0 {
			i = q.overlapping(s, func(p *pend) (int, bool) { return k.same(e, c, s, p, t) })
		}
		if i < 0 {
			return false
		}
		p := &q.items[i]
		if p.len == s.len && p.seq == s.seq {
			k.found(e, c, s, p)
			q.take(i)
			return true
		}
		if k.share(e, c, s, q, i) {
			return true
		}
	}
	return false
}

// share matches what s and an item have in common, and leaves the rest of both; it
// reports whether nothing is left of s.
func (k *link) share(e *Engine, c int, s *seg, q *pending, i int) (whole bool) {
	p := q.items[i]
	from := s.seq
	if before(from, p.seq) {
		from = p.seq
	}
	n := min(s.seq+s.len-from, p.seq+p.len-from)
	a, b := part(s, from, n), part(&p.seg, from, n)
	k.found(e, c, &a, &pend{seg: b, time: p.time})
	p.known |= sharedVal // with the other parts
	q.items[i].known |= sharedVal
	rest := p
	if before(p.seq, from) {
		q.items[i].seg = part(&p.seg, p.seq, from-p.seq)
		q.move(i)
		if left := p.seq + p.len - (from + n); left > 0 {
			rest.seg = part(&p.seg, from+n, left)
			q.add(&rest)
		}
	} else if left := p.seq + p.len - (from + n); left > 0 {
		q.items[i].seg = part(&p.seg, from+n, left)
		q.move(i)
	} else {
		q.take(i)
	}
	whole = from == s.seq && n == s.len
	if before(s.seq, from) { // the beginning is still to be found: the rest goes its own way
		if left := s.seq + s.len - (from + n); left > 0 {
			tail := part(s, from+n, left)
			k.add(e, c, &tail, e.timeOf(c, s.at))
		}
		*s = part(s, s.seq, from-s.seq)
		return false
	}
	if !whole {
		*s = part(s, from+n, s.seq+s.len-(from+n))
	}
	return whole
}

// part returns n octets of a segment's payload from a sequence number on. A FIN goes
// with the last.
func part(s *seg, from, n uint32) seg {
	p := *s
	p.seq, p.len = from, n
	if from != s.seq || n != s.len {
		p.bits = p.bits&^hasHash | cut
	}
	if from+n != s.seq+s.len {
		p.flags &^= segment.FIN
	}
	return p
}

// same reports whether a segment of capture c and one that is pending in the other can
// be one, and how much they are alike.
func (k *link) same(e *Engine, c int, s *seg, p *pend, t frame.Time) (score int, ok bool) {
	if s.is(hasTS) && p.is(hasTS) && (s.tsVal != p.tsVal || s.tsEcr != p.tsEcr) {
		return 0, false
	}
	whole := s.len == p.len && s.seq == p.seq
	if s.seq+s.len == p.seq+p.len && (s.flags ^ p.flags).Has(segment.FIN) {
		return 0, false
	}
	if (s.len == 0) != (p.len == 0) {
		return 0, false
	}
	if s.is(hasHash) && p.is(hasHash) && s.seq == p.seq && (whole || min(s.len, p.len) >= hashed) && s.hash != p.hash {
		return 0, false
	}
	// What arrives was sent before.
	sent, came := p.time, t
	if c == k.sender(s.dir) {
		sent, came = t, p.time
	}
	if came.Sub(sent) < -e.slack() {
		return 0, false
	}
	if whole && s.is(is4) && p.is(is4) && (s.bits|p.bits)&cut == 0 {
		switch f := &k.flows[s.dir]; {
		case s.id == p.id:
			score += 8
		case f.same >= 2 && f.differ*8 < f.same:
			return 0, false
		}
	}
	if s.window == p.window {
		score += 2
	}
	// Of copies that differ in nothing, some may be lost: the one that took as long as
	// others is it.
	if e.usual[k.sender(s.dir)].fits(came - sent) {
		score++
	}
	return score, true
}

// found takes in that s of capture c is p of the other.
func (k *link) found(e *Engine, c int, s *seg, p *pend) {
	f := &k.flows[s.dir]
	r := row{seq: s.seq, len: s.len, flags: s.flags | p.flags, dir: s.dir, fate: Delivered, ack: s.ack}
	r.frames[c], r.frames[1-c] = s.frame, p.frame
	r.at[c], r.at[1-c] = s.at, p.at
	of := [2]*seg{}
	of[c], of[1-c] = s, &p.seg
	sender := k.sender(s.dir)
	if s.is(is4) && (s.bits|p.bits)&cut == 0 {
		if s.id == p.id {
			f.same++
		} else {
			f.differ++
		}
		if s.flags&(segment.SYN|segment.RST) == 0 { // where no socket answers, Linux does not count
			f.ids.see(of[sender].id)
		}
	}
	f.ttl[0].see(of[0].ttl)
	f.ttl[1].see(of[1].ttl)
	f.matched++
	f.plainTS = f.plainTS || s.is(hasTS) && p.is(hasTS) && !s.has(segment.SYN)
	switch {
	case s.has(segment.SYN):
		f.isn = number{s.seq, true}
	case !f.began.known && !s.has(segment.RST):
		f.began = number{s.seq, true}
	}
	if s.is(hasTS) {
		f.lastVal = number{s.tsVal, true}
	}
	arrived := of[1-sender]
	if p.knows(repeated) || c == sender && f.highest[c].known && before(s.seq, f.highest[c].value) {
		k.copyCame(sender, of[sender])
	}
	if at := f.highest[1-sender]; c != sender && !p.knows(repeated) && at.known && before(s.end(), at.value) && f.passed(s) {
		f.overtaken.add(s)
	}
	if acked := f.acks[1-sender]; c != sender && s.size() > 0 && acked.known && !before(acked.value, s.end()) {
		if probe := s.len <= 1 && !s.flags.Any(segment.SYN|segment.FIN); !probe {
			k.again(s, &r, !p.knows(repeated))
		}
	}
	f.remember(seen{
		key: arrived.key(), seq: arrived.seq, size: arrived.size(), ack: arrived.ack, print: arrived.print(), at: r.at, frames: r.frames,
		hash: arrived.hash, tsVal: arrived.tsVal, id: arrived.id, bits: arrived.bits | acks(arrived),
	})
	if s.len > 0 {
		k.wait().see(s, r.at, 1-k.near)
	}
	k.emit(r)
	e.clock.add(r.at[0], r.at[1]-r.at[0], sender == 0)
	e.matched(k, s.dir, r.at[1]-r.at[0])
}

// copyCame notes that a copy of what is pending at its sender has arrived.
func (k *link) copyCame(sender int, s *seg) {
	q := &k.pending[sender]
	for i := q.head; i < len(q.keys); i++ {
		p := &q.items[i]
		if q.keys[i] != 0 && p.dir == s.dir && p.frame != s.frame && p.size() > 0 && !before(p.seq, s.seq) && !before(s.end(), p.end()) {
			p.known |= copyCame
			p.came = min(p.came+1, 100)
		}
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
	if k.told {
		w := writer{Encoder: codec.Encoder{B: k.rows}}
		w.row(&r)
		k.rows = w.B
	}
}
