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
	said     payload.Value
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

// A Deriver makes a Conn of a Value, one after the other in the same memory.
type Deriver struct {
	store    *Store // of what is counted here
	counters counters
	conn     Conn
	index    index
	marks    [manyEntries]Mark
}

// NewDeriver returns a Deriver of the values of stores with or without views.
func NewDeriver(views bool) *Deriver { return &Deriver{store: NewStore(views)} }

// Derive works out everything that is to be said of a connection whose observation
// ended. The Conn is valid until the next is derived, and as long as v is.
func (d *Deriver) Derive(v *Value) *Conn {
	marks := d.marks[:len(v.log)]
	if v.counters == nil {
		d.count(v, marks)
	} else {
		for i := range v.log {
			v.log[i].mark(&marks[i])
		}
	}
	d.conn.index = &d.index
	d.conn.derive(v, marks)
	return &d.conn
}

// count gives a value without counters some of the Deriver's own.
func (d *Deriver) count(v *Value, marks []Mark) {
	v.counters, v.orderly = &d.counters, !v.head.odd
	d.store.releaseViews(&d.counters)
	d.store.shut.Release(d.counters.shut)
	d.counters.reset()
	d.store.scratch.Path = v.head.Path
	if v.head.odd {
		for i := range v.log {
			d.store.replay(v.head, &d.counters, v.log[:i], &v.log[i], &marks[i])
		}
	} else {
		v.head.count(&d.counters, v.log, marks)
		if d.store.views {
			d.store.viewAll(v.head, &d.counters, v.log)
		}
	}
	d.store.findViews(v)
	v.shut = d.store.shut.Find(d.counters.shut)
}
