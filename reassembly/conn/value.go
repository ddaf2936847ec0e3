package conn

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
)

// Value is one connection with all that belongs to it: what a Conn is derived from.
type Value struct {
	Stream  uint32 // as Wireshark numbers it
	Prior   *Prior // what was left in TIME-WAIT on the 4-tuple; nil where nothing was
	ICMP    ICMP   // by side
	Dropped bool   // the capturing system lost packets, and observation lasted to the end
	Plain   bool   // segments without SYN, FIN and RST were captured by its end

	Elsewhere *Elsewhere  // the other connection of a SYN that was answered from another address; nil where there is none
	Gaps      []frame.Gap // of the capture, in order, that lie between the first segment and the end of observation

	head     *Head
	log      []entry
	counters *counters
	views    *views // nil where there are none, as the next five
	more     *moreTokens
	holes    [2]*holes
	windows  *windows
	shut     *shut
	payload  payload.Value
	orderly  bool
}

// Renumber gives the streams that v names other numbers.
func (v *Value) Renumber(number func(uint32) uint32) {
	v.Stream = number(v.Stream)
	if v.Prior != nil {
		v.Prior.Stream = number(v.Prior.Stream)
	}
	if v.Elsewhere != nil {
		v.Elsewhere.Stream = number(v.Elsewhere.Stream)
	}
}

// A Deriver makes Conns of Values, in the same memory again and again.
type Deriver struct {
	store *Store // of what is counted here
	rooms []*derived
	conns []*Conn
	marks []Mark
}

// derived is a Conn and what it points to.
type derived struct {
	counters counters
	index    index
	conn     Conn
}

// NewDeriver returns a Deriver of the values of stores with or without views.
func NewDeriver(views bool) *Deriver { return &Deriver{store: NewStore(views)} }

// Derive works out everything that is to be said of connections whose observation ended.
// The Conns are valid until the next call, and each as long as its value is.
func (d *Deriver) Derive(list ...*Value) []*Conn {
	n := 0
	for _, v := range list {
		n += len(v.log)
	}
	if n > len(d.marks) {
		d.marks = make([]Mark, max(n, 2*len(d.marks), manyEntries))
	}
	d.conns = d.conns[:0]
	rest := d.marks
	for i, v := range list {
		if i == len(d.rooms) {
			d.rooms = append(d.rooms, new(derived))
		}
		n := len(v.log)
		d.conns = append(d.conns, d.derive(d.rooms[i], v, rest[:n:n]))
		rest = rest[n:]
	}
	return d.conns
}

// derive makes a Conn, in a room, with room for its marks.
func (d *Deriver) derive(room *derived, v *Value, marks []Mark) *Conn {
	if v.counters == nil {
		d.count(v, room, marks)
	} else {
		for i := range v.log {
			v.log[i].mark(&marks[i])
		}
	}
	room.conn.index = &room.index
	room.conn.derive(v, marks)
	return &room.conn
}

// count gives a value without counters those of a room.
func (d *Deriver) count(v *Value, room *derived, marks []Mark) {
	c := &room.counters
	v.counters, v.orderly = c, !v.head.odd
	d.store.releaseViews(c)
	d.store.shut.Release(c.shut)
	c.reset()
	d.store.scratch.Path = v.head.Path
	if v.head.odd {
		for i := range v.log {
			d.store.replay(v.head, c, v.log[:i], &v.log[i], &marks[i])
		}
	} else {
		v.head.count(c, v.log, marks)
		if d.store.views {
			d.store.viewAll(v.head, c, v.log)
		}
	}
	d.store.findViews(v)
	v.shut = d.store.shut.Find(c.shut)
}
