package pair

import (
	"context"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/reassembly/codec"
	"finwait/reassembly/frame"
	"finwait/reassembly/pipe"
	"finwait/reassembly/segment"
)

// event is a segment of a capture, or the record of a connection that is final.
type event struct {
	seg
	stream uint32
	side   uint8 // which of ends sent the segment
	ends   [2]segment.Endpoint

	isRecord bool   // of a connection; then there is no segment
	from, to uint32 // where it stands, encoded, in the records of its batch
	sacks    uint32 // which of its batch are its, counted from 1; 0 for none
}

// batch is events in order. They hold no pointers: there are many.
type batch struct {
	events  []event
	records []byte
	sacks   []sacks
}

// reset makes room for others.
func (b *batch) reset() { b.events, b.records, b.sacks = b.events[:0], b.records[:0], b.sacks[:0] }

const (
	batchEvents = 512
	batchDepth  = 8
)

// source is one capture, analyzed in a goroutine of its own.
type source struct {
	pipe    *pipe.Pipe[*batch]
	batch   *batch // the receiver's
	next    int
	stop    context.CancelFunc
	files   []*model.FileInfo // valid once all events have come
	outcome *driver.Outcome   // likewise
	err     error             // likewise
	began   frame.Time        // of the first packet; valid once an event has come
	hasTime bool
	names   names // in its records; complete once all events have come
}

// start begins to analyze the files as one capture.
func start(ctx context.Context, files []string, o driver.Options, records bool) *source {
	s := &source{pipe: pipe.New(batchDepth, func() *batch { return &batch{events: make([]event, 0, batchEvents)} })}
	ctx, s.stop = context.WithCancel(ctx)
	f := &feed{source: s, records: records}
	if len(files) != 1 {
		o.Join = true
	}
	o.Tracker.Each = f.segment
	o.SkipViews, o.Uncounted = true, true
	tell := o.Began
	o.Began = func(t frame.Time) {
		s.began, s.hasTime = t, true
		if tell != nil {
			tell(t)
		}
	}
	go func() {
		defer s.pipe.Close()
		if f.batch, f.ok = s.pipe.Reserve(); !f.ok {
			return
		}
		f.batch.reset()
		s.outcome, s.err = driver.Run(ctx, files, o, f)
		if f.ok {
			s.pipe.Send(f.batch)
		}
	}()
	return s
}

// peek returns the next event; nil where there are no more.
func (s *source) peek() *event {
	for s.batch == nil || s.next == len(s.batch.events) {
		b, ok := s.pipe.Next()
		if !ok {
			s.batch = &batch{}
			s.next = 0
			return nil
		}
		s.batch, s.next = b, 0
	}
	return &s.batch.events[s.next]
}

// record returns what an event holds of a connection. It is valid until advance is called.
func (s *source) record(e *event) []byte { return s.batch.records[e.from:e.to] }

// advance goes on to the event after the one that peek returned.
func (s *source) advance() { s.next++ }

// halt ends the analysis, if it is still going on.
func (s *source) halt() {
	s.stop()
	s.pipe.Stop()
	s.pipe.Wait()
}

// feed is the goroutine of a source: a Handler that makes events.
type feed struct {
	source  *source
	batch   *batch
	ok      bool // somebody wants more
	records bool
}

func (f *feed) add() *event {
	if f.ok && len(f.batch.events) == batchEvents {
		f.source.pipe.Send(f.batch)
		if f.batch, f.ok = f.source.pipe.Reserve(); f.ok {
			f.batch.reset()
		} else {
			f.source.stop()
		}
	}
	if !f.ok {
		f.batch = new(batch) // nobody reads it
		f.batch.events = make([]event, 0, 1)
	}
	f.batch.events = f.batch.events[:len(f.batch.events)+1]
	return &f.batch.events[len(f.batch.events)-1]
}

func (f *feed) segment(stream uint32, side uint8, at frame.Frame, s *segment.Segment) {
	e := f.add()
	e.set(at, s)
	e.stream, e.side, e.isRecord, e.sacks = stream, side, false, 0
	if n := s.Options.SACKs; n > 0 {
		f.batch.sacks = append(f.batch.sacks, sacks{s.Options.SACK, int(n)})
		e.sacks = uint32(len(f.batch.sacks))
	}
	e.ends[side], e.ends[1-side] = s.Src, s.Dst
}

func (f *feed) Record(r *model.Record) error {
	if f.records {
		e := f.add()
		w := writer{codec.Encoder{B: f.batch.records}, &f.source.names}
		from := len(w.B)
		w.record(r)
		f.batch.records = w.B
		*e = event{isRecord: true, stream: r.Stream, from: uint32(from), to: uint32(len(w.B))}
	}
	return nil
}

func (f *feed) File(i *model.FileInfo) error {
	f.source.files = append(f.source.files, i)
	return nil
}

func (f *feed) Close(*model.Summary) error { return nil }
