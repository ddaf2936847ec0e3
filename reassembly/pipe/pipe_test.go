package pipe

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// numbers sends 0 to n-1, so many in a batch.
func numbers(p *Pipe[[]int], n, each int) {
	defer p.Close()
	for i := 0; i < n; {
		batch, ok := p.Reserve()
		if !ok {
			return
		}
		for batch = batch[:0]; i < n && len(batch) < each; i++ {
			batch = append(batch, i)
		}
		p.Send(batch)
	}
}

func TestOrderIsKept(t *testing.T) {
	made := 0
	p := New(3, func() []int { made++; return nil })
	go numbers(p, 10_000, 7)
	next := 0
	for batch, ok := p.Next(); ok; batch, ok = p.Next() {
		for _, i := range batch {
			if i != next {
				t.Fatalf("%d comes in place of %d", i, next)
			}
			next++
		}
		if next%700 == 0 {
			time.Sleep(time.Microsecond) // the sender runs ahead
		}
	}
	p.Wait()
	if next != 10_000 || made > 3 {
		t.Errorf("%d numbers came, in %d batches", next, made)
	}
}

// A sender is never further ahead than there are batches.
func TestSenderWaits(t *testing.T) {
	var sent atomic.Int64
	p := New(4, func() int { return 0 })
	go func() {
		defer p.Close()
		for {
			if _, ok := p.Reserve(); !ok {
				return
			}
			p.Send(0)
			sent.Add(1)
		}
	}()
	for taken := range int64(100) {
		if _, ok := p.Next(); !ok {
			t.Fatal("it ended")
		}
		runtime.Gosched()
		if n := sent.Load(); n > taken+4 {
			t.Fatalf("%d were sent, and %d taken", n, taken)
		}
	}
	p.Stop()
	p.Stop() // once more does no harm
	p.Wait() // the sender has ended
}

func TestSmallPipesMakeFewBatches(t *testing.T) {
	made := 0
	p := New(100, func() []int { made++; return nil })
	for range 50 {
		batch, ok := p.Reserve()
		if !ok {
			t.Fatal("it has stopped")
		}
		p.Send(batch)
		p.Next()
	}
	if made > 2 {
		t.Errorf("%d batches were made", made)
	}
}

func TestOrdered(t *testing.T) {
	var running, most atomic.Int64
	in := make([]int, 50)
	for i := range in {
		in[i] = i
	}
	var got []int
	for wait := range Ordered(in, 4, func(i int) func() int {
		most.Store(max(most.Load(), running.Add(1)))
		return Go(func() int { time.Sleep(time.Duration(50-i) * time.Microsecond); return i })
	}) {
		got = append(got, wait())
		running.Add(-1)
	}
	if !slices.Equal(got, in) || most.Load() != 4 {
		t.Errorf("%v, %d at a time", got, most.Load())
	}
	begun := 0
	for range Ordered(in, 4, func(int) int { begun++; return 0 }) {
		break
	}
	if begun != 4 {
		t.Errorf("%d were begun though the first was the last", begun)
	}
}
