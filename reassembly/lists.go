package reassembly

// list is a doubly linked list of table entries, oldest first. The links stand
// apart from the entries, so that moving one touches little memory.
type list struct{ head, tail uint32 }

type link struct{ prev, next uint32 }

// links holds the neighbours of every table entry, by its index. An entry is in
// one list at a time.
type links []link

func (l *links) pushBack(q *list, i uint32) {
	for int(i) >= len(*l) {
		*l = append(*l, link{})
	}
	(*l)[i] = link{prev: q.tail}
	if q.tail != 0 {
		(*l)[q.tail].next = i
	} else {
		q.head = i
	}
	q.tail = i
}

func (l links) remove(q *list, i uint32) {
	e := l[i]
	if e.prev != 0 {
		l[e.prev].next = e.next
	} else {
		q.head = e.next
	}
	if e.next != 0 {
		l[e.next].prev = e.prev
	} else {
		q.tail = e.prev
	}
}
