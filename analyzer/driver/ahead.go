package driver

import (
	"context"

	"finwait/reassembly/pipe"
)

// Packets pass from the goroutine that reads and decodes them in batches of
// aheadBatch, or of fewer once their payload exceeds aheadPayload octets; it may be
// aheadDepth batches ahead.
const (
	aheadBatch   = 256
	aheadPayload = 256 << 10
	aheadDepth   = 16
)

// Reading ahead costs a copy of all payload. It pays where the first packets, so
// many of them, hold fewer octets of it than this on average: with 1000 each the
// copies took longer than all the rest.
const (
	trial        = 512
	worthCopying = 256
)

// batch is packets in order, with the payload that their segments alias.
type batch struct {
	packets []decoded
	n       int
	payload []byte
	last    bool // no packets follow
}

// fill reads packets until the batch is full.
func (b *batch) fill(a *analysis) {
	b.n, b.payload = 0, b.payload[:0]
	for b.n < aheadBatch && len(b.payload) < aheadPayload {
		if b.last = !a.next(&b.packets[b.n]); b.last {
			return
		}
		b.keep(&b.packets[b.n])
		b.n++
	}
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
	batches := pipe.New(aheadDepth+2, func() *batch { return &batch{packets: make([]decoded, aheadBatch)} })
	go func() {
		defer batches.Close()
		for {
			b, ok := batches.Reserve()
			if !ok {
				return
			}
			b.fill(a)
			last := b.last || ctx.Err() != nil // once it is sent, b is another's
			batches.Send(b)
			if last {
				return
			}
		}
	}()
	for b, ok := batches.Next(); ok; b, ok = batches.Next() {
		for i := 0; i < b.n && !a.stopped.Load(); i++ {
			a.track(&b.packets[i])
		}
		if a.stopped.Load() {
			break
		}
	}
	batches.Stop()
	batches.Wait() // it may be reading still
}
