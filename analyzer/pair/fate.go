package pair

import "finwait/reassembly/segment"

// settleAll decides all that is pending.
func (k *link) settleAll(e *engine) {
	for c := range k.pending {
		q := &k.pending[c]
		for i := q.head; i < len(q.keys); i++ {
			if q.keys[i] == 0 {
				continue
			}
			if p := &q.items[i]; p.size() > 0 && !p.knows(wasAcked) && q.sentAgain(i) {
				p.known |= repeated
			}
			k.settle(e, c, &q.items[i])
		}
		*q = pending{}
	}
	k.decideAll()
}

// settle decides what became of a segment that only capture c holds.
func (k *link) settle(e *engine, c int, p *pend) {
	if k.legs[1-c] == nil && !e.meets(k.legs[c]) {
		k.emit(k.single(c, p, UnknownFate))
		return
	}
	var fate Fate
	weak := false
	switch {
	case !k.covered(e, c, p):
		fate = NotCaptured
	case c == k.sender(p.dir):
		fate, weak = k.sent(p)
	default:
		fate, weak = k.arrived(c, p)
	}
	switch {
	case fate != NotCaptured:
	case k.covered(e, c, p):
		e.missed[1-c]++
	default:
		k.flows[p.dir].beside[1-c]++
	}
	if fate == Lost && !weak {
		e.lost++
	}
	r := k.single(c, p, fate)
	r.weak = weak
	k.emit(r)
}

// covered reports whether the other capture was there when the segment must have passed.
func (k *link) covered(e *engine, c int, p *pend) bool {
	f := &k.flows[p.dir]
	least, most := e.delayRange(f, k.sender(p.dir) == 0)
	from, to := p.time, p.time // at which the other capture would have seen it
	if c == k.sender(p.dir) {
		from, to = from+least, to+most
	} else {
		from, to = from-most, to-least
	}
	begin, end := e.span(1 - c)
	if begin2, end2 := e.span(c); p.time < begin2 || p.time > end2 {
		return false
	}
	return from >= begin && to <= end && p.time >= begin && p.time <= end
}

// sent decides about a segment that was seen at its sender only.
func (k *link) sent(p *pend) (fate Fate, weak bool) {
	switch {
	case p.size() > 0 && p.knows(wasAcked):
		if p.knows(copyFirst) && !p.knows(echoed) {
			return Lost, false
		}
		return NotCaptured, false
	case p.size() > 0: // where it was sent once, its acknowledgment may be what a capture lacks
		return Lost, p.known&(stillAsked|repeated) == 0
	case p.knows(echoed):
		return NotCaptured, false
	case p.knows(ignored) || p.knows(notEchoed):
		return Lost, false
	}
	return Lost, true
}

// arrived decides about a segment that was seen at its receiver only. It is weak where its
// sender's capture may lack it.
func (k *link) arrived(c int, p *pend) (fate Fate, weak bool) {
	f := &k.flows[p.dir]
	switch {
	case p.knows(denied) || k.contradicts(p) || k.strange(c, p) >= forgedScore:
		return Forged, false
	case p.has(segment.RST) && k.answersLost(c, p):
		return Forged, true
	case p.has(segment.RST):
		return UnknownFate, false
	case p.knows(heldBefore):
		return Duplicated, true
	case p.size() > 0 && p.knows(passedOver):
		return NotCaptured, false
	case p.is(is4) && p.id != 0 && f.ids.counts() && f.ids.fits(p.id):
		return NotCaptured, false
	case p.size() == 0 && p.is(hasTS) && f.lastVal.known && f.matched > 0:
		return NotCaptured, false
	}
	return UnknownFate, false
}

// contradicts reports whether a segment says what its sender, by its own capture, did
// not: that it begins with another number, or that it ends where there is more.
func (k *link) contradicts(p *pend) bool {
	const near = 1 << 24 // octets that may be on their way
	f := &k.flows[p.dir]
	if p.has(segment.SYN) && f.isn.known && f.isn.value != p.seq {
		return !f.began.known || f.began.value-p.seq > near // it answered a copy of the SYN otherwise
	}
	sent := f.highest[k.sender(p.dir)]
	return p.has(segment.FIN) && sent.known && before(p.end(), sent.value) && (!f.isn.known || before(f.isn.value, p.seq))
}

// answersLost reports whether an RST answers a segment that did not arrive, and none that
// did: then its receiver cannot have sent it. An answer bears the numbers of what it
// answers (RFC 9293 §3.10.7.1).
func (k *link) answersLost(c int, p *pend) bool {
	const longest = second // that an answer takes
	back := &k.flows[1-p.dir]
	for i := range back.recent {
		r := &back.recent[i]
		if at := r.at[c]; at <= p.at && at >= p.at-longest && (p.has(segment.ACK) && p.ack == r.seq+r.size || !p.has(segment.ACK) && p.seq == r.ack) {
			return false
		}
	}
	q := &k.pending[c]
	for i := range q.items {
		s := &q.items[i]
		if q.keys[i] == 0 || s.dir == p.dir || s.knows(wasAcked) || s.time > p.time || s.time < p.time-longest {
			continue
		}
		if p.has(segment.ACK) && p.seq == 0 && p.ack == s.end() || !p.has(segment.ACK) && s.has(segment.ACK) && p.seq == s.ack {
			return true
		}
	}
	return false
}

// forgedScore is what proves that a segment is not its sender's.
const forgedScore = 2

// strange sums up what of a segment does not fit its sender.
func (k *link) strange(c int, p *pend) (score int) {
	f := &k.flows[p.dir]
	if t := &f.ttl[c]; t.n >= 2 && !t.mixed && t.value != p.ttl {
		score += 2
	}
	bare := p.has(segment.RST) && !p.has(segment.ACK)
	without := p.id == 0 && p.len == 0 && (bare || !p.has(segment.RST)) // a socket: from TIME-WAIT, too
	if p.is(is4) && f.differ == 0 && !without && !p.has(segment.SYN) && p.bits&cut == 0 {
		score += f.ids.strange(p.id)
	}
	switch {
	case bare && p.window != 0:
		score++
	case p.has(segment.RST|segment.ACK) && f.plainTS && !p.is(hasTS):
		score++
	case !p.has(segment.RST) && f.plainTS && !p.is(hasTS):
		score += 2 // RFC 7323 §3.2: each segment but an RST bears them
	}
	return score
}
