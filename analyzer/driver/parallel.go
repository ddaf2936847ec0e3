package driver

import (
	"context"
	"runtime"

	"finwait/reassembly/pipe"
)

const (
	batchSize = 64 // results that pass from one goroutine to another at once
	laneDepth = 8  // batches that an analysis may be ahead of its turn
)

// lane is one capture that is analyzed beside others.
type lane struct {
	batches *pipe.Pipe[*results]
	in      *input // valid once all batches have come
}

// results are some of an analysis, in order.
type results struct {
	list [batchSize]*result
	n    int
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
	for l := range pipe.Ordered(files, Jobs(r.options.Jobs), func(file string) *lane {
		if ctx.Err() != nil {
			return nil
		}
		return r.startLane(gone, file)
	}) {
		if l == nil { // interrupted before its turn
			break
		}
		for batch, ok := l.batches.Next(); ok; batch, ok = l.batches.Next() {
			for i := range batch.n {
				if err := r.deliver(batch.list[i]); err != nil {
					return err
				}
			}
		}
		if err := r.finish(l.in); err != nil {
			return err
		}
	}
	return nil
}

// startLane analyzes a capture in a goroutine, until gone ends.
func (r *run) startLane(gone context.Context, file string) *lane {
	l := &lane{batches: pipe.New(laneDepth+2, func() *results { return new(results) })}
	context.AfterFunc(gone, l.batches.Stop)
	go func() {
		defer l.batches.Close()
		batch, ok := l.batches.Reserve()
		if !ok {
			return
		}
		l.in = openInput(r.opener, file)
		a := newAnalysis(r.options, l.in, toKeep, func(res *result) (ok bool) {
			batch.list[batch.n] = res
			if batch.n++; batch.n < batchSize {
				return true
			}
			l.batches.Send(batch)
			if batch, ok = l.batches.Reserve(); ok {
				batch.n = 0
			}
			return ok
		})
		a.run(r.opener.patience(file))
		l.in.noticed = a.noticed()
		if !a.stopped.Load() {
			l.batches.Send(batch)
		}
	}()
	return l
}
