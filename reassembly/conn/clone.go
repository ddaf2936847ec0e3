package conn

import (
	"slices"

	"finwait/reassembly/internal/slab"
	"finwait/reassembly/payload"
)

// Clone returns a copy of c that stays valid when c and its Value do not.
func (c *Conn) Clone() *Conn {
	out := *c
	out.Marks = slices.Clone(c.Marks)
	for r := range out.stays {
		out.stays[r] = slices.Clone(c.stays[r])
	}
	out.Dialog = c.Dialog.Clone()
	out.index, out.counters = new(index), c.counters.unlinked()
	out.index.make(out.Marks)
	from := *c.from
	head := *from.head
	head.log, head.counters, head.payload, head.stalls, head.course = slab.Run{}, 0, 0, 0, course{}
	from.head, from.counters, from.log, from.orderly = &head, out.counters, nil, false
	from.Elsewhere = clone(from.Elsewhere)
	from.views = from.views.unlinked()
	from.Prior, from.more, from.windows = clone(from.Prior), clone(from.more), clone(from.windows)
	from.shut = clone(from.shut)
	from.holes = [2]*holes{clone(from.holes[0]), clone(from.holes[1])}
	from.payload = payload.Value{}
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
