package reassembly

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
)

// entry is the place of a connection in the table, for as long as its segments
// belong to it, and then of what is kept for the next incarnation.
type entry struct {
	prev, next uint32     // neighbours in the list that it is in
	head       uint32     // index into Tracker.heads or, with isPredecessor, into the predecessors; 0 where the entry is free
	stream     uint32     // as Wireshark numbers it
	prior      uint32     // index into Tracker.priors, or 0
	at         frame.Time // how late it was when its latest segment came
}

// list is a doubly linked list of table entries, oldest first. The links stand
// apart from the connections, so that moving one touches little memory.
type list struct{ head, tail uint32 }

// table is the connection table: its entries, each in one list at a time.
type table struct{ slab.Slab[entry] }

// pushBack makes entry i, which is e, the last of q.
func (t *table) pushBack(q *list, i uint32, e *entry) {
	e.prev, e.next = q.tail, 0
	if q.tail != 0 {
		t.At(q.tail).next = i
	} else {
		q.head = i
	}
	q.tail = i
}

// remove takes e out of q.
func (t *table) remove(q *list, e *entry) {
	if e.prev != 0 {
		t.At(e.prev).next = e.next
	} else {
		q.head = e.next
	}
	if e.next != 0 {
		t.At(e.next).prev = e.prev
	} else {
		q.tail = e.prev
	}
}
