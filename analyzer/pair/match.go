package pair

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

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
func (k *link) match(e *engine, c int, s *seg, t frame.Time) bool {
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
			q.remove(i)
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
func (k *link) share(e *engine, c int, s *seg, q *pending, i int) (whole bool) {
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
		q.remove(i)
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
func (k *link) same(e *engine, c int, s *seg, p *pend, t frame.Time) (score int, ok bool) {
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
func (k *link) found(e *engine, c int, s *seg, p *pend) {
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
