package conn

import (
	"slices"

	"finwait/reassembly/internal/slab"
)

// Clone returns a copy of c that stays valid when c and its Value do not.
func (c *Conn) Clone() *Conn {
	out := *c
	out.Marks = slices.Clone(c.Marks)
	for r := range out.stays {
		out.stays[r] = slices.Clone(c.stays[r])
		out.turns[r].head = append([]byte(nil), c.turns[r].head...) // nil where there is none
	}
	out.index, out.c = new(index), c.c.unlinked()
	out.index.make(out.Marks)
	from := *c.from
	head := *from.head
	head.log, head.counters, head.turns, head.stalls, head.course = slab.Run{}, 0, 0, 0, course{}
	from.head, from.counters, from.log, from.orderly = &head, out.c, nil, false
	from.Prior, from.more, from.windows = clone(from.Prior), clone(from.more), clone(from.windows)
	from.holes = [2]*holes{clone(from.holes[0]), clone(from.holes[1])}
	from.requests = clone(from.requests)
	from.talk = from.talk.unlinked()
	from.heads = [2][]byte{out.turns[0].head, out.turns[1].head}
	out.from = &from
	return &out
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
