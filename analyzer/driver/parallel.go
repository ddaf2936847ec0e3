package driver

import (
	"context"
	"runtime"
)

const (
	batchSize = 64 // results that pass from one goroutine to another at once
	laneDepth = 8  // batches that an analysis may be ahead of its turn
)

// lane is one capture that is analyzed beside others.
type lane struct {
	batches chan []*result // closed at the end of the capture
	in      *input         // valid once batches is closed
}

// maxJobs is how many captures are analyzed at once at most: each needs a file
// descriptor, and memory for what is ahead of its turn.
const maxJobs = 64

// Jobs returns how many captures are analyzed at once where n are asked for; 0
// stands for as many as there are processors.
func Jobs(n int) int {
	if n == 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return min(n, maxJobs)
}

// sideBySide analyzes several captures at once, and hands their results on in the
// order of files.
func (r *run) sideBySide(ctx context.Context, files []string) error {
	gone, stop := context.WithCancel(context.Background())
	defer stop()
	lanes := make([]*lane, len(files))
	started := 0
	start := func() {
		if started < len(files) && ctx.Err() == nil {
			lanes[started] = r.startLane(gone, files[started])
			started++
		}
	}
	for range Jobs(r.options.Jobs) {
		start()
	}
	for i := range lanes {
		if lanes[i] == nil { // interrupted before its turn
			break
		}
		for batch := range lanes[i].batches {
			for _, res := range batch {
				if err := r.deliver(res); err != nil {
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
func (r *run) startLane(gone context.Context, file string) *lane {
	l := &lane{batches: make(chan []*result, laneDepth)}
	go func() {
		defer close(l.batches)
		l.in = openInput(r.opener, file)
		var batch []*result
		send := func() bool {
			select {
			case l.batches <- batch:
				batch = nil
				return true
			case <-gone.Done():
				return false
			}
		}
		a := newAnalysis(r.options, l.in, toKeep, func(res *result) bool {
			if batch == nil {
				batch = make([]*result, 0, batchSize)
			}
			batch = append(batch, res)
			return len(batch) < batchSize || send()
		})
		a.run(r.opener.patience(file))
		l.in.noticed = a.noticed()
		if !a.stopped.Load() {
			send()
		}
	}()
	return l
}
