package reassembly

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/stream"
)

// Prior is the previous incarnation on a connection's 4-tuple, where an end of
// it was in TIME-WAIT when the connection began (RFC 9293 §3.6.1 MAY-2).
type Prior struct {
	Stream  uint32
	Waiting [2]bool    // by role in the connection that followed
	Since   frame.Time // when the later TIME-WAIT began
	Frame   uint32     // the segment that began it
}

// A predecessor is what is kept of an ended connection that was handed out: what the
// next incarnation on its 4-tuple is to know, for 2 MSL from its end (RFC 9293 §3.4.2
// and §3.6.1), and that it was handed out early.
type predecessor struct {
	prior   Prior
	endedAt frame.Time
	last    frame.Time // how late it was when its last segment came
	waits   bool       // prior is valid
	early   bool
}

const msl = 2 * time.Minute

// at returns what an incarnation that begins at a time is to know of p.
func (p *predecessor) at(time frame.Time) (Prior, bool) {
	return p.prior, p.waits && time.Sub(p.endedAt) <= 2*msl
}

// isPredecessor marks the body of an entry as an index into the predecessors.
const isPredecessor = 1 << 29

// predecessors are kept in the entries that they had as connections, or, where a
// stray segment of theirs came too late, beside the connection that it began.
type predecessors struct {
	slab[predecessor]
	list  list              // of entries, in the order in which they were handed out
	n     int               // how many there are in the list
	stray map[uint32]uint32 // by the entry of a connection that a stray segment began
}

// predecessorsPerConnection is for how many predecessors there is room, for each
// connection that there may be.
const predecessorsPerConnection = 4

// predecessorOf returns what the next incarnation is to know of ended connection i.
func (t *Tracker) predecessorOf(i uint32) predecessor {
	e := t.table.at(i)
	h, _ := t.horizonOf(e)
	p := predecessor{endedAt: h.endedAt, last: e.at, early: h.early}
	resets := false
	switch n, b := t.noteOf(e), t.journal(e); {
	case n != nil:
		p.prior, p.waits = n.waiting, n.waits
		resets = t.rests.at(e.body &^ atRest).tcb.reset()
	case b != nil:
		p.prior, p.waits = b.waiting(e.stream)
	default:
		c := t.tcbs.at(e.body)
		p.prior, p.waits = t.waiting(c)
		resets = c.reset()
	}
	if old, ok := t.past.stray[i]; ok && !p.waits && !resets {
		early := p.early
		p = *t.past.at(old)
		p.early = early
	}
	return p
}

// keep remembers p in the place of connection i, if there is anything to remember.
func (k *predecessors) keep(t *Tracker, i uint32, p predecessor) bool {
	if !p.waits && !p.early {
		return false
	}
	if k.n >= predecessorsPerConnection*t.cfg.MaxConnections {
		k.take(t, k.list.head)
	}
	n, q := k.alloc()
	*q = p
	t.table.at(i).body = n | isPredecessor
	t.table.pushBack(&k.list, i)
	k.n++
	return true
}

// take returns the predecessor at entry i and forgets it. It is valid until the next
// is kept.
func (k *predecessors) take(t *Tracker, i uint32) *predecessor { return k.at(k.remove(t, i)) }

// remove takes the predecessor at entry i out of the list and releases its entry. Its
// own place may be used again from then on.
func (k *predecessors) remove(t *Tracker, i uint32) (n uint32) {
	e := t.table.at(i)
	n = e.body &^ isPredecessor
	t.table.remove(&k.list, i)
	e.body = 0
	t.table.release(i)
	k.n--
	k.release(n)
	return n
}

// inherit takes in that a segment which came too late for the connection at entry
// from began another on the same stream. It reports whether that was only for want
// of room.
func (k *predecessors) inherit(t *Tracker, from uint32, to *stream.Tuple) (early bool) {
	e := t.table.at(from)
	if e.body&isPredecessor == 0 || e.stream != to.Stream {
		return false
	}
	p := *k.take(t, from)
	early = p.early && t.now.Sub(p.last) <= finalAfter
	if p.waits {
		if k.stray == nil {
			k.stray = map[uint32]uint32{}
		}
		n, q := k.alloc()
		*q = p
		k.stray[to.Conn] = n
	}
	return early
}

// disown forgets what a stray segment's connection inherited.
func (k *predecessors) disown(i uint32) {
	if n, ok := k.stray[i]; ok {
		k.release(n)
		delete(k.stray, i)
	}
}

// expire forgets those of which nothing is to be known any more.
func (k *predecessors) expire(t *Tracker) {
	for i := k.list.head; i != 0 && t.now.Sub(t.table.at(i).at) > 2*msl; i = k.list.head {
		k.remove(t, i)
	}
}

// Prior returns the previous incarnation; ok is false where none was captured
// or none was left in TIME-WAIT.
func (c *Conn) Prior() (p Prior, ok bool) {
	if c.from.prior == nil {
		return Prior{}, false
	}
	p = *c.from.prior
	if c.client == 1 {
		p.Waiting[0], p.Waiting[1] = p.Waiting[1], p.Waiting[0]
	}
	return p, true
}

// waiting returns what a connection is to know of an ended one that it supersedes;
// ok is false where no end of that was in TIME-WAIT. A reset that came after the
// close took TIME-WAIT away (RFC 1337).
func (t *Tracker) waiting(b *tcb) (p Prior, ok bool) {
	if b.ended != EndClosed || b.reset() {
		return Prior{}, false
	}
	first, second := t.fins(b)
	if second == nil {
		return Prior{}, false
	}
	p = Prior{Stream: b.stream, Since: second.Time, Frame: second.Frame}
	p.Waiting[first.Side] = true // by side until Conn.Prior
	// FINs that crossed leave both ends in TIME-WAIT (RFC 9293 §3.6, Figure 13).
	p.Waiting[second.Side] = !second.Covers(b.ends[first.Side].fin + 1)
	return p, true
}

// reset reports whether a reset came that its receiver had to accept.
func (c *tcb) reset() bool { return c.ends[0].resets+c.ends[1].resets > 0 }

// fins returns the first captured FIN of each side, the earlier one first; nil
// where there is none.
func (t *Tracker) fins(b *tcb) (first, second *Mark) {
	list := t.marks.of(&b.marks)
	for i := range list {
		m := &list[i]
		switch {
		case !m.Has(segment.FIN):
		case first == nil:
			first = m
		case m.Side != first.Side:
			return first, m
		}
	}
	return first, nil
}
