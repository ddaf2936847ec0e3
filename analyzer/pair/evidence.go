package pair

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// mostLearning is how many pending segments of a direction a new one is evidence for: the
// oldest, which should have arrived. Mostly there is none.
const mostLearning = 64

// learn takes in what a segment of capture c says about those that are pending.
func (k *link) learn(e *engine, c int, s *seg, t frame.Time) {
	if q := &k.pending[1-k.sender(s.dir)]; q.live > 0 && c == k.sender(s.dir) {
		k.learnOfSender(q, s, t, e.patience())
	}
	if s.has(segment.RST) {
		return
	}
	back := 1 - s.dir
	if q := &k.pending[k.sender(back)]; q.live > 0 {
		k.learnOfReceiver(e, q, c, s, t)
	}
	if q := &k.pending[1-k.sender(back)]; q.live > 0 && s.has(segment.ACK) {
		for i, n := q.head, 0; i < len(q.keys) && n < mostLearning; i++ {
			p := &q.items[i]
			if q.keys[i] != 0 && p.dir == back {
				n++
				if p.size() > 0 && !before(s.ack, p.end()) && !p.knows(wasAcked) {
					p.known |= wasAcked
					p.acked = t
				}
			}
		}
	}
}

// learnOfSender takes in that the sender of what arrived and was not seen to be sent went
// on with s.
func (k *link) learnOfSender(q *pending, s *seg, t frame.Time, patience frame.Time) {
	for i, n := q.head, 0; i < len(q.keys) && n < mostLearning; i++ {
		p := &q.items[i]
		if q.keys[i] == 0 || p.dir != s.dir {
			continue
		}
		n++
		if !before(s.seq, p.end()) && p.size() > 0 {
			p.known |= passedOver
		}
		if p.has(segment.RST) && !s.has(segment.RST) && !s.has(segment.SYN) && t > p.time+patience {
			p.known |= denied
		}
		if s.seq == p.seq && s.differs(&p.seg) {
			p.known |= denied
		}
	}
}

// learnOfReceiver takes in that the receiver of what is pending at its sender sent s, which
// capture c holds, back to it.
func (k *link) learnOfReceiver(e *engine, q *pending, c int, s *seg, t frame.Time) {
	f, dir, patience := &k.flows[s.dir], 1-s.dir, e.patience()
	acked := k.flows[dir].acks[1-k.sender(dir)] // before s
	again := s.size() > 0 && f.highest[0].known && f.highest[1].known &&
		(before(s.seq, f.highest[0].value) || before(s.seq, f.highest[1].value))
	for i, n := q.head, 0; i < len(q.keys) && n < mostLearning; i++ {
		p := &q.items[i]
		if q.keys[i] == 0 || p.dir != dir {
			continue
		}
		if n++; p.time > t {
			return
		}
		late := t > p.time+patience // p should have arrived before s was sent
		if s.has(segment.ACK) && p.size() > 0 && !p.knows(wasAcked) && (!before(s.ack, p.end()) || e.holds(p)) {
			p.known |= wasAcked
			p.acked = t
			if p.knows(copyCame) || acked.known && acked.at < p.time && !before(acked.value, p.end()) || k.cameUnseen(p, t) ||
				p.knows(stillAsked) && q.sentAgain(i) {
				p.known |= copyFirst
			}
		}
		if late && s.has(segment.ACK) && p.size() > 0 && (s.ack == p.seq || e.lacks(s, p)) {
			p.known |= stillAsked
		}
		if p.size() > 0 && !p.knows(stillAsked) && e.hasTwice(s, p) {
			if p.twice[c] = min(p.twice[c]+1, 100); p.twice[c] >= max(p.came, 1) { // one more arrived than was captured
				p.known |= echoed | wasAcked
			}
		}
		if s.is(hasTS) && p.is(hasTS) {
			k.learnOfEcho(p, s, late)
		}
		if late && again && p.size() == 0 && p.has(segment.ACK) && before(s.seq, p.ack) {
			p.known |= ignored
		}
		if late && p.has(segment.RST) {
			p.known |= ignored
		}
	}
}

// cameUnseen reports whether a copy of p arrived before a time that was not seen to be sent.
func (k *link) cameUnseen(p *pend, t frame.Time) bool {
	q := &k.pending[1-k.sender(p.dir)]
	for i := q.head; i < len(q.keys); i++ {
		o := &q.items[i]
		if same := o.is(hasTS) && p.is(hasTS) && o.tsVal == p.tsVal; same {
			continue // it holds p itself, and more
		}
		if q.keys[i] != 0 && o.dir == p.dir && o.time <= t && o.size() > 0 && !before(p.seq, o.seq) && !before(o.end(), p.end()) {
			return true
		}
	}
	return false
}

// learnOfEcho takes in what s echoes: a receiver echoes the timestamp of what it took in
// last, in order (RFC 7323 §4.3).
func (k *link) learnOfEcho(p *pend, s *seg, late bool) {
	switch d := int32(s.tsEcr - p.tsVal); {
	case d == 0:
		if !p.knows(sharedVal) {
			p.known |= echoed
		}
	case d < 0 && late && !p.knows(echoed) && p.size() == 0 && p.knows(wasAsked): // else it is not echoed (RFC 7323 §4.3)
		p.known |= notEchoed
	}
}

// shareVal notes which of what is pending bears the same timestamp as p, which comes next: an
// echo does not tell them apart. Timestamps only grow, so that they are the latest.
func (k *link) shareVal(q *pending, p *pend) {
	if !p.is(hasTS) {
		return
	}
	if last := k.flows[p.dir].lastVal; last.known && last.value == p.tsVal {
		p.known |= sharedVal
	}
	for i := len(q.keys) - 1; i >= max(q.head, len(q.keys)-mostLearning); i-- {
		o := &q.items[i]
		if q.keys[i] == 0 || o.dir != p.dir {
			continue
		}
		if o.tsVal != p.tsVal {
			return
		}
		o.known |= sharedVal
		p.known |= sharedVal
	}
}

// forget decides the oldest of what is pending: there is no room for more.
func (k *link) forget(e *engine, c int) {
	q := &k.pending[c]
	p := q.items[q.head]
	q.remove(q.head)
	if e.now-p.time < settled {
		k.emit(k.single(c, &p, UnknownFate))
		return
	}
	k.settle(e, c, &p)
}

// settled is after how long no evidence about a segment is waited for, where there is no
// room.
const settled = 5 * second

// single is the row of what only one capture holds.
func (k *link) single(c int, p *pend, fate Fate) row {
	r := row{seq: p.seq, len: p.len, flags: p.flags, dir: p.dir, fate: fate, ack: p.ack, n: p.n}
	r.frames[c], r.at[c] = p.frame, p.at
	return r
}
