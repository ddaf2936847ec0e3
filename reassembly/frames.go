package reassembly

// Frames calls visit with every frame that a Conn yet to be derived may name: its
// first and last, and those of its evidence. It takes time in proportion to what
// the Tracker remembers.
func (t *Tracker) Frames(visit func(frame uint32)) {
	t.framesOfPast(visit)
	for _, head := range [...]uint32{t.live.head, t.ended.head} {
		for i := head; i != 0; i = t.table.at(i).next {
			t.framesOf(i, func(frame uint32) {
				if frame != 0 {
					visit(frame)
				}
			})
		}
	}
}

// framesOfPast is Frames of what the next incarnations are to know.
func (t *Tracker) framesOfPast(visit func(frame uint32)) {
	for i := t.past.list.head; i != 0; i = t.table.at(i).next {
		visit(t.past.at(t.table.at(i).body &^ isPredecessor).prior.Frame)
	}
	for _, n := range t.past.stray {
		visit(t.past.at(n).prior.Frame)
	}
}

// framesOf is Frames of entry i; visit takes 0, too.
func (t *Tracker) framesOf(i uint32, visit func(frame uint32)) {
	e := t.table.at(i)
	visit(t.icmp.of[i].Frame)
	if b := t.journal(e); b != nil {
		from := t.shelfOf(e.body)
		for _, g := range from.lines.of(&b.lines) {
			visit(g.frame)
		}
		t.framesBeside(from.talks.find(b.talk), b.prior, visit)
		return
	}
	c, marks := t.facts(e)
	visit(c.firstFrame)
	visit(c.lastFrame)
	for k := range marks {
		visit(marks[k].Frame)
	}
	t.framesBeside(t.talkOf(e), c.prior, visit)
}

// framesBeside is Frames of what is remembered beside segments.
func (t *Tracker) framesBeside(k *talk, prior uint32, visit func(frame uint32)) {
	if p := t.priors.find(prior); p != nil {
		visit(p.Frame)
	}
	if k == nil {
		return
	}
	for side := range k.last {
		visit(k.last[side].StartFrame)
		visit(k.last[side].EndFrame)
	}
	if w := t.windows.find(k.windows); w != nil {
		for _, s := range [...]*Stall{&w[0].now, &w[0].longest, &w[1].now, &w[1].longest} {
			visit(s.Frame)
			visit(s.EndFrame)
			visit(s.Probe)
			visit(s.Resumed)
		}
	}
	if q := t.requests.find(k.tls); q != nil {
		for i := range q.bursts[:q.n] {
			visit(q.bursts[i].StartFrame)
			visit(q.bursts[i].EndFrame)
		}
	}
}
