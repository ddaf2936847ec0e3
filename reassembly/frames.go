package reassembly

import "finwait/reassembly/conn"

// Frames calls visit with every frame that a Conn yet to be derived may name: its
// first and last, and those of its evidence. It takes time in proportion to what
// the Tracker remembers.
func (t *Tracker) Frames(visit func(frame int64)) {
	known := func(frame int64) {
		if frame != 0 {
			visit(frame)
		}
	}
	t.framesOfPast(visit)
	for _, s := range t.superseded.list { // which are in a list below, too
		if t.entryOf(s.prev, s.stream) != nil {
			known(t.predecessorOf(s.prev).prior.Frame)
		}
	}
	t.asked.frames(known)
	for _, list := range [...][]handedOut{t.held, t.deriving.waiting()} {
		for i := range list {
			list[i].value.Frames(known)
		}
	}
	for _, head := range [...]uint32{t.live.head, t.ended.head} {
		for i := head; i != 0; i = t.table.At(i).next {
			t.framesOf(i, known)
		}
	}
}

// framesOfPast is Frames of what the next incarnations are to know.
func (t *Tracker) framesOfPast(visit func(frame int64)) {
	for i := t.past.list.head; i != 0; i = t.table.At(i).next {
		visit(t.past.At(t.table.At(i).head &^ isPredecessor).prior.Frame)
	}
	for _, n := range t.past.stray {
		visit(t.past.At(n).prior.Frame)
	}
}

// framesOf is Frames of entry i; visit takes 0, too.
func (t *Tracker) framesOf(i uint32, visit func(frame int64)) {
	e := t.table.At(i)
	visit(t.icmp.of[i].Frame)
	if p := t.priors.Find(e.prior); p != nil {
		visit(p.Frame)
	}
	if e.head&isPacked == 0 {
		v := t.store.Value(t.heads.At(e.head))
		v.Frames(visit)
		return
	}
	var h conn.Head
	t.unpack(e.head&^isPacked, &h)
	v := t.store.Value(&h)
	v.Frames(visit)
	t.store.Release(&h)
}
