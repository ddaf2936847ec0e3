package driver

import (
	"context"
	"runtime"

	"finwait/analyzer"
)

const (
	batchSize = 64 // records that pass from one goroutine to another at once
	laneDepth = 8  // batches that an analysis may be ahead of its turn
)

// lane is one capture that is analyzed beside others.
type lane struct {
	batches chan []*analyzer.Record // closed at the end of the capture
	in      *input                  // valid once batches is closed
}

// sideBySide analyzes as many captures at once as there are processors, and
// hands their results on in the order of files.
func (r *run) sideBySide(ctx context.Context, files []string) error {
	gone, stop := context.WithCancel(context.Background())
	defer stop()
	lanes := make([]*lane, len(files))
	started := 0
	start := func() {
		if started < len(files) && ctx.Err() == nil {
			lanes[started] = r.startLane(ctx, gone, files[started])
			started++
		}
	}
	for range runtime.GOMAXPROCS(0) {
		start()
	}
	for i := range lanes {
		if lanes[i] == nil { // interrupted before its turn
			break
		}
		for batch := range lanes[i].batches {
			for _, rec := range batch {
				if err := r.deliver(rec); err != nil {
					return err
				}
			}
		}
		if err := r.finish(lanes[i].in); err != nil {
			return err
		}
		lanes[i] = nil
		start()
	}
	return nil
}

// startLane analyzes a capture in a goroutine, until gone ends.
func (r *run) startLane(ctx, gone context.Context, file string) *lane {
	l := &lane{batches: make(chan []*analyzer.Record, laneDepth)}
	go func() {
		defer close(l.batches)
		l.in = openInput(file, r.options.Stdin)
		var batch []*analyzer.Record
		send := func() bool {
			select {
			case l.batches <- batch:
				batch = nil
				return true
			case <-gone.Done():
				return false
			}
		}
		a := newAnalysis(r.options, l.in, func(rec *analyzer.Record) bool {
			if batch == nil {
				batch = make([]*analyzer.Record, 0, batchSize)
			}
			batch = append(batch, rec)
			return len(batch) < batchSize || send()
		})
		a.run(ctx)
		if !a.stopped {
			send()
		}
	}()
	return l
}
