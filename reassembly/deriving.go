package reassembly

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/pipe"
)

// Ended connections are derived and handed on derivingBatch at a time, so that the code of
// each step serves all of them while it is in the processor's first cache: one by one, each
// connection of web traffic brings 74 kB of code into it (callgrind: 1,160 lines), by 16
// it is a sixth of that. More at a time would push their data out of that cache. Where it is
// done in another goroutine, it may be derivingDepth batches behind.
const (
	derivingBatch = 16
	derivingDepth = 128
)

// deriving derives connections and hands them on, perhaps beside the Tracker. What it was
// given stays in the tables until its batch comes back to be filled again.
type deriving struct {
	deriver *conn.Deriver
	emit    func([]*conn.Conn)
	batch   *batch             // being filled; nil for none
	batches *pipe.Pipe[*batch] // to the other goroutine; nil where there is none
	wait    func() struct{}
}

type batch struct {
	list   []handedOut
	values []*conn.Value
}

func newBatch() *batch {
	return &batch{make([]handedOut, 0, derivingBatch), make([]*conn.Value, 0, derivingBatch)}
}

// newDeriving returns what derives connections and calls emit with them, beside the
// Tracker in a goroutine of its own, if it is to be.
func newDeriving(d *conn.Deriver, beside bool, emit func([]*conn.Conn)) *deriving {
	a := &deriving{deriver: d, emit: emit}
	if !beside {
		a.batch = newBatch()
		return a
	}
	a.batches = pipe.New(derivingDepth+2, newBatch)
	a.wait = pipe.Go(func() (none struct{}) {
		for b, ok := a.batches.Next(); ok; b, ok = a.batches.Next() {
			a.derive(b)
		}
		return none
	})
	return a
}

// derive derives the connections of a batch and hands them on.
func (a *deriving) derive(b *batch) {
	b.values = b.values[:0]
	for i := range b.list {
		b.values = append(b.values, &b.list[i].value)
	}
	a.emit(a.deriver.Derive(b.values...))
}

// add takes in r, and releases what was handed on.
func (a *deriving) add(t *Tracker, r *handedOut) {
	if a.batch == nil {
		a.batch, _ = a.batches.Reserve() // the receiver never stops
		a.batch.release(t)
	}
	if a.batch.list = append(a.batch.list, *r); len(a.batch.list) == derivingBatch {
		a.pass(t)
	}
}

// waiting returns what is to be handed on in the Tracker's goroutine; a may be nil.
func (a *deriving) waiting() []handedOut {
	if a == nil || a.batches != nil {
		return nil
	}
	return a.batch.list
}

// pass hands on what there is.
func (a *deriving) pass(t *Tracker) {
	switch {
	case a.batch == nil || len(a.batch.list) == 0:
	case a.batches == nil:
		a.derive(a.batch)
		a.batch.release(t)
	default:
		a.batches.Send(a.batch)
		a.batch = nil
	}
}

// release gives back the room of what was handed on.
func (b *batch) release(t *Tracker) {
	for i := range b.list {
		t.release(&b.list[i])
	}
	clear(b.list)
	b.list = b.list[:0]
}

// finish passes on what is left and returns when all has been handed on.
func (a *deriving) finish(t *Tracker) {
	if a.pass(t); a.batches != nil {
		a.batches.Close()
		a.wait()
	}
}
