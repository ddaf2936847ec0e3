package reassembly

// Frames calls visit with every frame that a Conn yet to be derived may name: its
// first and last, and those of its evidence. It takes time in proportion to what
// the Tracker remembers.
func (t *Tracker) Frames(visit func(frame uint32)) {
	for _, head := range [...]uint32{t.live.head, t.ended.head} {
		for i := head; i != 0; i = t.links[i].next {
			c := t.tcbs.at(i)
			visit(c.firstFrame)
			visit(c.lastFrame)
			for _, m := range t.marks.of(&c.marks) {
				visit(m.Frame)
			}
		}
	}
}
