package reassembly

import (
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/stream"
)

// A predecessor is what is kept of an ended connection that was handed out: what the
// next incarnation on its 4-tuple is to know, for 2 MSL from its end (RFC 9293 §3.4.2
// and §3.6.1), and that it was handed out early.
type predecessor struct {
	prior   conn.Prior
	endedAt frame.Time
	last    frame.Time // how late it was when its last segment came
	waits   bool       // prior is valid
	early   bool
}

const msl = 2 * time.Minute

// at returns what an incarnation that begins at a time is to know of p.
func (p *predecessor) at(time frame.Time) (conn.Prior, bool) {
	return p.prior, p.waits && time.Sub(p.endedAt) <= 2*msl
}

// isPredecessor marks the body of an entry as an index into the predecessors.
const isPredecessor = 1 << 29

// predecessors are kept in the entries that they had as connections, or, where a
// stray segment of theirs came too late, beside the connection that it began.
type predecessors struct {
	slab.Slab[predecessor]
	list  list              // of entries, in the order in which they were handed out
	n     int               // how many there are in the list
	stray map[uint32]uint32 // by the entry of a connection that a stray segment began
}

// predecessorsPerConnection is for how many predecessors there is room, for each
// connection that there may be.
const predecessorsPerConnection = 4

// predecessorOf returns what the next incarnation is to know of ended connection i.
func (t *Tracker) predecessorOf(i uint32) predecessor {
	e := t.table.At(i)
	h := t.head(i)
	p := predecessor{endedAt: h.EndedAt, last: e.at, early: h.Early}
	p.prior, p.waits = t.store.Waiting(h, e.stream)
	if old, ok := t.past.stray[i]; ok && !p.waits && !t.store.Reset(h) {
		p = *t.past.At(old)
		p.early = h.Early
	}
	return p
}

// keep remembers p in the place of connection i, if there is anything to remember.
func (k *predecessors) keep(t *Tracker, i uint32, p predecessor) bool {
	if !p.waits && !p.early {
		return false
	}
	if k.n >= predecessorsPerConnection*t.cfg.MaxConnections {
		k.pop(t, k.list.head)
	}
	n, q := k.Alloc()
	*q = p
	e := t.table.At(i)
	e.head = n | isPredecessor
	t.table.pushBack(&k.list, i, e)
	k.n++
	return true
}

// pop returns the predecessor at entry i and forgets it. It is valid until the next
// is kept.
func (k *predecessors) pop(t *Tracker, i uint32) *predecessor { return k.At(k.remove(t, i)) }

// remove takes the predecessor at entry i out of the list and releases its entry. Its
// own place may be used again from then on.
func (k *predecessors) remove(t *Tracker, i uint32) (n uint32) {
	e := t.table.At(i)
	n = e.head &^ isPredecessor
	t.table.remove(&k.list, e)
	e.head = 0
	t.table.Release(i)
	k.n--
	k.Release(n)
	return n
}

// inherit takes in that a segment which came too late for the connection at entry
// from began another on the same stream. It reports whether that was only for want
// of room.
func (k *predecessors) inherit(t *Tracker, from uint32, to *stream.Tuple) (early bool) {
	if from == 0 {
		return false
	}
	e := t.table.At(from)
	if e.head&isPredecessor == 0 || e.stream != to.Stream {
		return false
	}
	p := *k.pop(t, from)
	early = p.early && t.now.Sub(p.last) <= FinalAfter
	if p.waits {
		if k.stray == nil {
			k.stray = map[uint32]uint32{}
		}
		n, q := k.Alloc()
		*q = p
		k.stray[to.Conn] = n
	}
	return early
}

// disown forgets what a stray segment's connection inherited.
func (k *predecessors) disown(i uint32) {
	if n, ok := k.stray[i]; ok {
		k.Release(n)
		delete(k.stray, i)
	}
}

// expire forgets those of which nothing is to be known any more.
func (k *predecessors) expire(t *Tracker) {
	for i := k.list.head; i != 0 && t.now.Sub(t.table.At(i).at) > 2*msl; i = k.list.head {
		k.remove(t, i)
	}
}
