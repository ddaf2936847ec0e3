package reassembly

import "finwait/reassembly/frame"

// entry is the place of a connection in the table, for as long as its segments
// belong to it. Its index outlives the step from journal to tcb.
type entry struct {
	prev, next uint32     // neighbours in the list that it is in
	body       uint32     // index into Tracker.tcbs or, with journaled or atRest, into journals or rests; 0 where the entry is free
	stream     uint32     // as in the tcb
	at         frame.Time // how late it was when its latest segment came; once it ended, when it did
}

// journaled marks the body of an entry as a journal.
const journaled = 1 << 31

// list is a doubly linked list of table entries, oldest first. The links stand
// apart from the connections, so that moving one touches little memory.
type list struct{ head, tail uint32 }

// table is the connection table: its entries, each in one list at a time.
type table struct{ slab[entry] }

func (t *table) pushBack(q *list, i uint32) {
	e := t.at(i)
	e.prev, e.next = q.tail, 0
	if q.tail != 0 {
		t.at(q.tail).next = i
	} else {
		q.head = i
	}
	q.tail = i
}

func (t *table) remove(q *list, i uint32) {
	e := t.at(i)
	if e.prev != 0 {
		t.at(e.prev).next = e.next
	} else {
		q.head = e.next
	}
	if e.next != 0 {
		t.at(e.next).prev = e.prev
	} else {
		q.tail = e.prev
	}
}
