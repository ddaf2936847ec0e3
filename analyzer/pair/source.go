package pair

import (
	"context"
	"slices"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
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
	record []byte // of a connection, encoded; then there is no segment
}

// batch is events in order.
type batch struct {
	events []event
}

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
	o.SkipViews = true
	tell := o.Began
	o.Began = func(t frame.Time) {
		s.began, s.hasTime = t, true
		if tell != nil {
			tell(t)
		}
	}
	go func() {
		defer s.pipe.Close()
		if f.batch, f.ok = s.pipe.Take(); !f.ok {
			return
		}
		f.batch.events = f.batch.events[:0]
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
	scratch writer
}

func (f *feed) add() *event {
	if f.ok && len(f.batch.events) == batchEvents {
		f.source.pipe.Send(f.batch)
		if f.batch, f.ok = f.source.pipe.Take(); f.ok {
			f.batch.events = f.batch.events[:0]
		} else {
			f.source.stop()
		}
	}
	if !f.ok {
		return new(event)
	}
	f.batch.events = f.batch.events[:len(f.batch.events)+1]
	return &f.batch.events[len(f.batch.events)-1]
}

func (f *feed) segment(stream uint32, side uint8, at frame.Frame, s *segment.Segment) {
	e := f.add()
	*e = event{seg: newSeg(at, s), stream: stream, side: side}
	e.ends[side], e.ends[1-side] = s.Src, s.Dst
}

func (f *feed) Record(r *model.Record) error {
	if f.records {
		f.scratch.B = f.scratch.B[:0]
		f.scratch.record(r)
		*f.add() = event{record: slices.Clone(f.scratch.B), stream: r.Stream}
	}
	return nil
}

func (f *feed) File(i *model.FileInfo) error {
	f.source.files = append(f.source.files, i)
	return nil
}

func (f *feed) Close(*model.Summary) error { return nil }
