package conn

import (
	"finwait/reassembly/segment"
	"finwait/reassembly/zeek"
)

// views are what only some outputs show of a connection: its flag sequence, and what
// Zeek would say. They stand apart from the counters, so that they take no room where
// they are not kept.
type views struct {
	zeek   zeek.Conn
	tokens tokens
}

// noViews are those of a connection of which none are kept.
var noViews views

// view adds a segment to the views; again says that its SYN or FIN stands where its
// sender sent one before.
func (x *Store) view(c *counters, s *segment.Segment, side uint8, again bool) {
	k := kind(s.Flags &^ segment.PSH)
	if s.PayloadLen > 0 {
		k |= kindPayload
	}
	if again {
		k |= kindAgain
	}
	if side == 1 {
		k |= kindSide
	}
	if c.views == 0 {
		i, v := x.viewed.Alloc()
		*v = views{}
		c.views = i
	}
	v := x.viewed.At(c.views)
	v.zeek.Add(s, side)
	v.tokens.add(k, &x.more)
}

// viewAll adds the log of an orderly connection, in which no SYN or FIN is repeated, to
// the views. The path of the scratch segment must be that of h.
func (x *Store) viewAll(h *Head, c *counters, log []entry) {
	for i := range log {
		_, side := h.restore(&log[i], &x.scratch)
		x.scratch.Src, x.scratch.Dst = h.Addr[side], h.Addr[1-side]
		x.view(c, &x.scratch, side, false)
	}
}

// releaseViews gives back the views of counters.
func (x *Store) releaseViews(c *counters) {
	if v := x.viewed.Find(c.views); v != nil {
		x.more.Release(v.tokens.more)
		x.viewed.Release(c.views)
	}
}

// findViews makes v show those of its counters.
func (x *Store) findViews(v *Value) {
	if v.views = x.viewed.Find(v.counters.views); v.views != nil {
		v.more = x.more.Find(v.views.tokens.more)
	}
}

// unlinked returns v without indices into a Store.
func (v *views) unlinked() *views {
	if v = clone(v); v != nil {
		v.tokens.more = 0
	}
	return v
}

// shown returns the views of c.
func (c *Conn) shown() *views {
	if c.from.views == nil {
		return &noViews
	}
	return c.from.views
}

// AppendFlags appends the flag sequence.
func (c *Conn) AppendFlags(dst []byte) []byte {
	return c.shown().tokens.appendTo(dst, c.from.more, c.client)
}

// ZeekState returns the connection's state as Zeek's conn.log names it.
func (c *Conn) ZeekState() string { return c.shown().zeek.State() }

// AppendZeekHistory appends the connection's history as Zeek's conn.log writes it.
func (c *Conn) AppendZeekHistory(dst []byte) []byte { return c.shown().zeek.AppendHistory(dst) }

// ZeekOriginator returns the end that Zeek takes for the connection's originator.
func (c *Conn) ZeekOriginator() Role { return Role(c.shown().zeek.Originator() ^ c.client) }
