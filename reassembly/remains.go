package reassembly

import "finwait/reassembly/frame"

// remains are what is left of an ended connection: its tcb and what belongs to it
// in the other tables. The Tracker does not touch them again before they are
// released, so that another goroutine may derive a Conn from them.
type remains struct {
	body     uint32   // as in the entry that it was
	stream   uint32   // as in the entry that it was
	journal  *journal // an orderly one, or nil
	lines    []line   // those of journal
	tcb      *tcb     // nil where there is a journal, until it is unfolded; like marks and more
	marks    []Mark
	more     *moreTokens // nil where there are none, as the next six
	holes    [2]*holes
	talk     *talk
	heads    [2][]byte // by side
	windows  *windows
	requests *requests
	prior    *Prior
	icmp     ICMP
	until    frame.Time // end of observation
	dropped  bool       // the capturing system lost packets, and observation lasted to the end
	plain    bool       // segments without SYN, FIN and RST were captured by then
}

// remains gathers what is left of the ended connection of entry i.
func (t *Tracker) remains(i uint32) remains {
	e := t.table.at(i)
	h, _ := t.horizonOf(e)
	r := remains{body: e.body, stream: e.stream, icmp: t.icmp.take(i), until: t.now}
	if h.bounded {
		r.until = h.until
	}
	r.dropped = t.capture.dropped && t.capture.complete && !h.bounded
	r.plain = t.capture.plainBefore(r.until)
	if b := t.journal(e); b != nil {
		from := t.shelfOf(e.body)
		r.journal, r.lines = b, from.lines.of(&b.lines)
		r.talk, r.prior = from.talks.find(b.talk), t.priors.find(b.prior)
	} else {
		t.tcbRemains(e, &r)
	}
	if k := r.talk; k != nil {
		r.requests, r.windows = t.requests.find(k.tls), t.windows.find(k.windows)
		heads := t.headsOf(e.body)
		r.heads = [2][]byte{heads.of(&k.last[0].head), heads.of(&k.last[1].head)}
	}
	return r
}

// headsOf returns where the heads of a connection's turns are.
func (t *Tracker) headsOf(body uint32) store[byte] {
	if body&journaled != 0 {
		return t.shelfOf(body).heads
	}
	return t.heads
}

// tcbRemains gathers what is left of a connection that has a tcb, or rests.
func (t *Tracker) tcbRemains(e *entry, r *remains) {
	c, marks := t.facts(e)
	r.tcb, r.marks = c, marks
	r.more, r.prior = t.more.find(c.tokens.more), t.priors.find(c.prior)
	r.holes = [2]*holes{t.holes.find(c.ends[0].holes), t.holes.find(c.ends[1].holes)}
	r.talk = t.talkOf(e)
}

// release gives the room of an ended connection back.
func (t *Tracker) release(r *remains) {
	if k := r.talk; k != nil {
		t.requests.release(k.tls)
		t.windows.release(k.windows)
		heads := t.headsOf(r.body)
		heads.release(&k.last[0].head)
		heads.release(&k.last[1].head)
	}
	if b := r.journal; b != nil {
		t.priors.release(b.prior)
		t.shelfOf(r.body).discard(r.body &^ (journaled | atRest))
		return
	}
	c := r.tcb
	t.more.release(c.tokens.more)
	t.priors.release(c.prior)
	t.holes.release(c.ends[0].holes)
	t.holes.release(c.ends[1].holes)
	if r.body&atRest != 0 {
		t.rests.release(r.body &^ atRest)
		return
	}
	t.talks.release(c.talk)
	t.marks.release(&c.marks)
	t.tcbs.release(r.body)
}
