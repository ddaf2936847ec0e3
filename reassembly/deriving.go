package reassembly

import (
	"finwait/reassembly/conn"
	"finwait/reassembly/pipe"
)

// Ended connections pass to the goroutine that derives and emits them, and back, in
// batches of derivingBatch; it may be derivingDepth batches behind.
const (
	derivingBatch = 64
	derivingDepth = 32
)

// deriving derives and emits connections beside the Tracker. What it was given stays in
// the tables until its batch comes back to be filled again.
type deriving struct {
	batches *pipe.Pipe[*batch]
	batch   *batch // being filled; nil for none
	wait    func() struct{}
}

type batch struct{ list []handedOut }

// startDeriving begins to derive and emit connections in a goroutine of its own.
func startDeriving(d *conn.Deriver, emit func(*conn.Conn)) *deriving {
	a := &deriving{batches: pipe.New(derivingDepth+2, func() *batch { return &batch{make([]handedOut, 0, derivingBatch)} })}
	a.wait = pipe.Go(func() (none struct{}) {
		for b, ok := a.batches.Next(); ok; b, ok = a.batches.Next() {
			for i := range b.list {
				emit(d.Derive(&b.list[i].value))
			}
		}
		return none
	})
	return a
}

// add passes r on, and releases what comes back.
func (a *deriving) add(t *Tracker, r handedOut) {
	if a.batch == nil {
		a.batch, _ = a.batches.Take() // the receiver never stops
		for i := range a.batch.list {
			t.release(&a.batch.list[i])
		}
		clear(a.batch.list)
		a.batch.list = a.batch.list[:0]
	}
	if a.batch.list = append(a.batch.list, r); len(a.batch.list) == derivingBatch {
		a.batches.Send(a.batch)
		a.batch = nil
	}
}

// finish passes on what is left and returns when all has been emitted.
func (a *deriving) finish() {
	if a.batch != nil {
		a.batches.Send(a.batch)
		a.batch = nil
	}
	a.batches.Close()
	a.wait()
}
