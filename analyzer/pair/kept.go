package pair

import (
	"finwait/analyzer/model"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// kept is a link that was closed, until the offset of the clocks is known.
type kept struct {
	legs    [2]*leg // nil where a capture does not have it
	records [2]*model.Record
	near    int
	flows   [2]tally
	notes   notes
	waits   waits
	rows    []byte // encoded
}

// tally is what is kept of a direction.
type tally struct {
	counts [numFates]int64
	weak   int64
	delays sampling
}

// sender returns the capture that is nearer to who sends in a direction.
func (k *kept) sender(dir uint8) int {
	if dir == 0 {
		return k.near
	}
	return 1 - k.near
}

// encode appends a link.
func (k *link) encode(w *writer) {
	w.octet(uint8(k.near))
	for _, l := range k.legs {
		if w.flag(l != nil); l == nil {
			continue
		}
		w.octet(l.flip)
		for _, e := range l.ends {
			w.b = append(w.b, e.Addr[:]...)
			w.uint(uint64(e.Port))
		}
		w.uint(uint64(len(l.record)))
		w.b = append(w.b, l.record...)
	}
	for i := range k.flows {
		f := &k.flows[i].tally
		for _, n := range f.counts {
			w.int(n)
		}
		w.int(f.weak)
		w.sampling(&f.delays)
	}
	w.waits(&k.waits)
	n := k.note()
	for _, list := range n.all() {
		for i := range list {
			w.noted(&list[i])
		}
	}
	for i := range n.finSent {
		w.time(n.finSent[i])
		w.time(n.finCame[i])
	}
	w.uint(uint64(len(k.rows)))
	w.b = append(w.b, k.rows...)
}

// unpacker decodes links, one after the other in the same memory.
type unpacker struct {
	kept    kept
	legs    [2]leg
	records [2]model.Record
}

// decode returns a link as encode left it. It is valid until the next call.
func (u *unpacker) decode(b []byte) *kept {
	r, k := reader{b}, &u.kept
	*k = kept{}
	k.near = int(r.octet())
	for c := range k.legs {
		if !r.flag() {
			continue
		}
		l := &u.legs[c]
		*l = leg{capture: c, flip: r.octet()}
		for i := range l.ends {
			l.ends[i].Addr = segment.Addr(r.b[:len(l.ends[i].Addr)])
			r.b = r.b[len(l.ends[i].Addr):]
			l.ends[i].Port = uint16(r.uint())
		}
		n := r.uint()
		k.legs[c], k.records[c] = l, decodeRecord(r.b[:n], &u.records[c])
		r.b = r.b[n:]
	}
	for i := range k.flows {
		f := &k.flows[i]
		for j := range f.counts {
			f.counts[j] = r.int()
		}
		f.weak, f.delays = r.int(), r.sampling()
	}
	k.waits = r.waits()
	n := &k.notes
	for _, list := range n.all() {
		for i := range list {
			list[i] = r.noted()
		}
	}
	for i := range n.finSent {
		n.finSent[i], n.finCame[i] = r.time(), r.time()
	}
	size := r.uint()
	k.rows = r.b[:size]
	return k
}

// decodedRows returns the rows of a link.
func decodedRows(b []byte) (rows []row) {
	for r := (reader{b}); len(r.b) > 0; {
		rows = append(rows, r.row())
	}
	return rows
}

// timeA returns when a row was seen first, by A's clock.
func (r *row) timeA(o *Offset) frame.Time {
	if r.frames[0] != 0 {
		return r.at[0]
	}
	return r.at[1] - o.OfB(r.at[1])
}
