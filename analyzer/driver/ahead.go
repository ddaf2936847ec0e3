package driver

import "context"

// Packets pass from the goroutine that reads and decodes them in batches of
// aheadBatch; it may be aheadDepth batches ahead.
const (
	aheadBatch = 256
	aheadDepth = 4
)

// batch is packets in order, with the payload that their segments alias.
type batch struct {
	packets []decoded
	n       int
	payload []byte
}

// keep lets d outlive the packet that it was decoded from.
func (b *batch) keep(d *decoded) {
	d.packet.Data = nil
	if len(d.segment.Payload) == 0 {
		return
	}
	from := len(b.payload)
	b.payload = append(b.payload, d.segment.Payload...) // where it moves, earlier segments keep the old
	d.segment.Payload = b.payload[from:]
}

// runAhead is run with reading and decoding in a goroutine of their own, ahead of
// the tracking.
func (a *analysis) runAhead(ctx context.Context) {
	full, empty := make(chan *batch, aheadDepth), make(chan *batch, aheadDepth+2)
	for range cap(empty) {
		empty <- &batch{packets: make([]decoded, aheadBatch)}
	}
	go func() {
		defer close(full)
		for b := range empty {
			b.n, b.payload = 0, b.payload[:0]
			for b.n < aheadBatch && a.next(&b.packets[b.n]) {
				b.keep(&b.packets[b.n])
				b.n++
			}
			full <- b
			if b.n < aheadBatch || ctx.Err() != nil {
				return
			}
		}
	}()
	for b := range full {
		for i := 0; i < b.n && !a.stopped.Load(); i++ {
			a.take(&b.packets[i])
		}
		if a.stopped.Load() {
			break
		}
		empty <- b
	}
	close(empty)
	for range full { // it may be reading still
	}
}
