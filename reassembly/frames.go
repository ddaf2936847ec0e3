package reassembly

// Frames calls visit with every frame that a Conn yet to be derived may name: its
// first and last, and those of its evidence. It takes time in proportion to what
// the Tracker remembers.
func (t *Tracker) Frames(visit func(frame uint32)) {
	for _, head := range [...]uint32{t.live.head, t.ended.head} {
		for i := head; i != 0; i = t.table.at(i).next {
			e := t.table.at(i)
			if b := t.journal(e); b != nil {
				for _, g := range t.shelfOf(e.body).lines.of(&b.lines) {
					visit(g.frame)
				}
				continue
			}
			c, marks := t.facts(e)
			visit(c.firstFrame)
			visit(c.lastFrame)
			for k := range marks {
				visit(marks[k].Frame)
			}
		}
	}
}
