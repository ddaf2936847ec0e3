package pair

import (
	"finwait/analyzer/model"
	"finwait/reassembly/codec"
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
	fins    fins
	waits   waits
	states  [2][]model.Stay // of who sends in a direction, by both captures; empty where each has all
	rows    []byte          // encoded
}

// tally is what is kept of a direction.
type tally struct {
	counts [numFates]int64
	lacks  [2]int64        // not captured by A, and by B
	beside [2]int64        // of them, those from outside of the time that it covers
	weak   [numFates]int64 // of them, those whose fate is another if a capture missed them
	delays sampling
}

// sender returns the capture that is nearer to who sends in a direction.
func (k *kept) sender(dir uint8) int {
	if dir == 0 {
		return k.near
	}
	return 1 - k.near
}

// encode appends a link, with the states that were derived.
func (k *link) encode(w *writer, states *[2][]model.Stay) {
	w.Octet(uint8(k.near))
	for _, l := range k.legs {
		if w.Flag(l != nil); l == nil {
			continue
		}
		w.Octet(l.flip)
		for _, e := range l.ends {
			w.Fixed(e.Addr[:])
			w.Unsigned(uint64(e.Port))
		}
		w.Octets(l.record)
	}
	for i := range k.flows {
		f := &k.flows[i].tally
		for _, n := range f.counts {
			w.Signed(n)
		}
		for c := range f.lacks {
			w.Signed(f.lacks[c])
			w.Signed(f.beside[c])
		}
		if w.Flag(f.weak != [numFates]int64{}); f.weak != [numFates]int64{} {
			for _, n := range f.weak {
				w.Signed(n)
			}
		}
		w.sampling(&f.delays)
	}
	if w.Flag(k.waits != nil); k.waits != nil {
		w.waits(k.waits)
	}
	if w.Flag(k.notes != nil); k.notes != nil {
		for _, list := range k.notes.all() {
			for i := range list {
				w.noted(&list[i])
			}
		}
	}
	for i := range k.fins.sent {
		w.time(k.fins.sent[i])
		w.time(k.fins.came[i])
		w.stays(states[i], 0)
	}
	w.Octets(k.rows)
}

// unpacker decodes links, one after the other in the same memory.
type unpacker struct {
	names   [2][]string
	kept    kept
	legs    [2]leg
	records [2]model.Record
}

// decode returns a link as encode left it. It is valid until the next call.
func (u *unpacker) decode(b []byte) (k *kept, err error) {
	r := reader{Decoder: codec.Decoder{B: b}}
	k = &u.kept
	*k = kept{flows: k.flows, states: k.states}
	k.near = int(r.Octet())
	for c := range k.legs {
		if !r.Flag() {
			continue
		}
		l := &u.legs[c]
		*l = leg{capture: c, flip: r.Octet()}
		for i := range l.ends {
			l.ends[i].Addr = segment.Addr(r.Fixed(len(l.ends[i].Addr)))
			l.ends[i].Port = uint16(r.Unsigned())
		}
		k.legs[c] = l
		if k.records[c], err = decodeRecord(r.Octets(len(r.B)), &u.records[c], u.names[c]); err != nil {
			return nil, err
		}
	}
	for i := range k.flows {
		f := &k.flows[i]
		for j := range f.counts {
			f.counts[j] = r.Signed()
		}
		for j := range f.lacks {
			f.lacks[j], f.beside[j] = r.Signed(), r.Signed()
		}
		if f.weak = [numFates]int64{}; r.Flag() {
			for j := range f.weak {
				f.weak[j] = r.Signed()
			}
		}
		r.sampling(&f.delays)
	}
	if r.Flag() {
		k.waits = r.waits()
	}
	if r.Flag() {
		for _, list := range k.notes.all() {
			for i := range list {
				list[i] = r.noted()
			}
		}
	}
	for i := range k.fins.sent {
		k.fins.sent[i], k.fins.came[i] = r.time(), r.time()
		k.states[i] = r.stays(k.states[i], 0)
	}
	k.rows = r.Octets(len(r.B))
	return k, r.Err
}

// decodedRows returns the rows of a link.
func decodedRows(b []byte) (rows []row) {
	for r := (reader{Decoder: codec.Decoder{B: b}}); len(r.B) > 0 && r.Err == nil; {
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
