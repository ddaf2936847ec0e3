package reassembly

import "finwait/reassembly/conn"

// Ended connections pass to the goroutine that derives and emits them, and back,
// in batches of asideBatch; it may be asideDepth batches behind.
const (
	asideBatch = 64
	asideDepth = 32
)

// aside derives and emits connections beside the Tracker. What it was given stays
// in the tables until the Tracker fetches it back.
type aside struct {
	batch  []remains
	ended  chan []remains
	given  chan []remains // derived and emitted: to be released
	closed chan struct{}
}

// startAside begins to derive and emit connections in a goroutine of its own.
func startAside(d *conn.Deriver, emit func(*conn.Conn)) *aside {
	a := &aside{
		ended: make(chan []remains, asideDepth),
		// Room for all batches there are, so that giving back never waits.
		given:  make(chan []remains, asideDepth+2),
		closed: make(chan struct{}),
	}
	go func() {
		defer close(a.closed)
		for batch := range a.ended {
			for i := range batch {
				emit(d.Derive(&batch[i].value))
			}
			a.given <- batch
		}
	}()
	return a
}

// add passes r on, and releases what has been given back.
func (a *aside) add(t *Tracker, r remains) {
	if a.batch == nil {
		a.batch = make([]remains, 0, asideBatch)
	}
	a.batch = append(a.batch, r)
	if len(a.batch) < asideBatch {
		return
	}
	a.ended <- a.batch
	a.batch = nil
	a.fetch(t)
}

// fetch releases what has been given back, and keeps one batch for reuse.
func (a *aside) fetch(t *Tracker) {
	for {
		select {
		case batch := <-a.given:
			for i := range batch {
				t.release(&batch[i])
			}
			clear(batch)
			a.batch = batch[:0]
		default:
			return
		}
	}
}

// wait passes on what is left and returns when all has been emitted.
func (a *aside) wait() {
	a.ended <- a.batch
	a.batch = nil
	close(a.ended)
	<-a.closed
}
