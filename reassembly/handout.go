package reassembly

import (
	"cmp"
	"slices"

	"finwait/reassembly/conn"
)

// handOut hands out an ended connection, and forgets all of it but what the next
// incarnation is to know, which it returns.
func (t *Tracker) handOut(i uint32) (p predecessor) {
	e, h := t.table.At(i), t.head(i)
	r := handedOut{head: e.head, prior: e.prior}
	if h.Ended == conn.EndClosed || h.Ended == conn.EndReset {
		h.Limit(min(t.now, after(t.store.Last(h), FinalAfter)), t.now)
	}
	if r.value = t.store.Value(h); !h.Bounded {
		h.Until = t.now
	}
	r.value.Stream, r.value.Prior, r.value.ICMP = e.stream, t.priors.Find(e.prior), t.icmp.remove(i)
	r.value.Dropped = t.capture.dropped && t.capture.complete && !h.Bounded
	r.value.Plain, r.value.Elsewhere = t.capture.plainBefore(h.Until), t.elsewhere(i, h)
	t.removeEnded(i)
	p = t.predecessorOf(i)
	t.past.disown(i)
	if h.Superseded || !t.past.keep(t, i, p) {
		e.head = 0
		t.table.Release(i)
	}
	if !t.gaps.pending {
		t.deliver(&r)
		return p
	}
	if t.held = append(t.held, r); len(t.held) > mostHeld {
		t.decide(false)
	}
	return p
}

// deliver hands out what remains of a connection.
func (t *Tracker) deliver(r *handedOut) {
	if len(t.gaps.found) > 0 {
		h := t.heads.At(r.head)
		r.value.Gaps = t.gaps.during(t.store.First(h), h.Until)
	}
	if t.cfg.Number != nil {
		r.value.Renumber(t.cfg.Number)
	}
	if t.deriving != nil {
		t.deriving.add(t, r)
		return
	}
	t.last = *r
	t.emit(t.deriver.Derive(&t.last.value)[0])
	t.release(&t.last)
}

// handedOut is a connection that was handed out and is to be released.
type handedOut struct {
	value       conn.Value
	head, prior uint32
}

// release gives the room of a connection back.
func (t *Tracker) release(r *handedOut) {
	t.store.Release(t.heads.At(r.head))
	t.heads.Release(r.head)
	t.priors.Release(r.prior)
}

// handOutEarly hands out a connection that is not final yet, for want of room.
func (t *Tracker) handOutEarly(i uint32) {
	t.counts.Evicted++
	h := t.head(i)
	if h.Early = true; !h.Bounded {
		h.Bound(t.now)
	}
	t.handOut(i)
}

// Flush ends every connection that is left: the capture is over. Those that had
// ended come in the order of their ends, the others in that of their streams.
func (t *Tracker) Flush() {
	t.settle()
	t.capture.complete = true
	t.decide(false)
	rest := t.listed(&t.ended, t.count.ended)
	slices.SortFunc(rest, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(t.endedAt(a), t.endedAt(b)), t.byStream(a, b))
	})
	for _, i := range rest {
		t.handOut(i)
	}
	rest = t.listed(&t.live, t.count.live)
	slices.SortFunc(rest, t.byStream)
	for _, i := range rest {
		t.stop(i, conn.EndCapture)
		t.handOut(i)
	}
	if t.deriving != nil {
		t.deriving.finish(t)
	}
}

func (t *Tracker) byStream(a, b uint32) int {
	return cmp.Compare(t.table.At(a).stream, t.table.At(b).stream)
}

// listed returns the n connections of a list.
func (t *Tracker) listed(q *list, n int) []uint32 {
	all := make([]uint32, 0, n)
	for i := q.head; i != 0; i = t.table.At(i).next {
		all = append(all, i)
	}
	return all
}
