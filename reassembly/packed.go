package reassembly

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
)

// packed holds ended connections that wait to be final, in a third of the room: of many,
// those that were silent longest. Most of them are not looked at before they are handed
// out.
type packed struct {
	slab.Slab[packedHead]
	octets slab.Store[byte]
	next   uint32 // the first of the ended ones that is to be packed; those before it are
	n      int
	beyond int // packBeyond; less in tests
	buffer []byte
}

// packedHead stands for a head.
type packedHead struct {
	endedAt frame.Time
	octets  slab.Run // in packed.octets
}

// Packing and unpacking take as long as deriving, so that they are done beyond
// packBeyond connections only.
const (
	packBeyond = 1 << 15
	isPacked   = 1 << 28 // marks the body of an entry as an index into the packed heads
	mostPacked = 4096    // octets; what needs more stays as it is
)

func newPacked() packed {
	return packed{beyond: packBeyond, octets: slab.NewStore[byte](128, 160, 192, 224, 256, 320, 384, 512, 768, 1024, 2048, mostPacked)}
}

// head returns the head of the connection at entry i, unpacked.
func (t *Tracker) head(i uint32) *conn.Head { return t.headOf(t.table.At(i)) }

// headOf returns the head of the connection at an entry, unpacked.
func (t *Tracker) headOf(e *entry) *conn.Head {
	if e.head&isPacked == 0 {
		return t.heads.At(e.head)
	}
	return t.unpacked(e)
}

// unpacked is headOf where it is packed.
func (t *Tracker) unpacked(e *entry) *conn.Head {
	n := e.head &^ isPacked
	var h *conn.Head
	e.head, h = t.heads.Alloc()
	t.unpack(n, h)
	t.packed.octets.Release(&t.packed.At(n).octets)
	t.packed.Release(n)
	t.packed.n--
	return h
}

// unpack makes h the packed head n.
func (t *Tracker) unpack(n uint32, h *conn.Head) {
	if _, err := t.store.Unpack(t.packed.octets.Of(&t.packed.At(n).octets), h); err != nil {
		panic(err) // it was packed here
	}
}

// endedAt returns when the connection at entry i ended.
func (t *Tracker) endedAt(i uint32) frame.Time {
	if n := t.table.At(i).head; n&isPacked != 0 {
		return t.packed.At(n &^ isPacked).endedAt
	}
	return t.head(i).EndedAt
}

// pushEnded makes i the freshest of the ended connections, and packs the stalest of those
// that are not packed where they are many.
func (t *Tracker) pushEnded(i uint32) {
	p := &t.packed
	if t.table.pushBack(&t.ended, i, t.table.At(i)); p.next == 0 {
		p.next = i
	}
	if t.count.ended++; t.count.ended-p.n > p.beyond {
		if stale := p.next; stale != i { // which is in use
			p.next = t.table.At(stale).next
			t.pack(stale)
		}
	}
}

// removeEnded takes i out of the ended connections.
func (t *Tracker) removeEnded(i uint32) {
	e := t.table.At(i)
	if t.packed.next == i {
		t.packed.next = e.next
	}
	t.table.remove(&t.ended, e)
	t.count.ended--
}

// pack packs the connection at entry i.
func (t *Tracker) pack(i uint32) {
	e, p := t.table.At(i), &t.packed
	if e.head&isPacked != 0 {
		return
	}
	h := t.heads.At(e.head)
	if p.buffer = t.store.Pack(p.buffer[:0], h); len(p.buffer) > mostPacked {
		return
	}
	n, row := p.Alloc()
	*row = packedHead{endedAt: h.EndedAt}
	p.octets.Reserve(&row.octets, len(p.buffer))
	row.octets.N = uint16(len(p.buffer))
	copy(p.octets.Of(&row.octets), p.buffer)
	p.n++
	t.store.Release(h)
	t.heads.Release(e.head)
	e.head = n | isPacked
}
