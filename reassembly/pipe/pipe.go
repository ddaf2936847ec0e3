// Package pipe hands work from one goroutine to another and keeps its order: batches
// that come back to be filled again, and results of several goroutines, each in its
// turn. It is the only package here that makes channels for that.
package pipe

import (
	"iter"
	"sync"
)

// Pipe takes batches from one goroutine, the sender, to one other, the receiver, and
// back. There are never more than its n, which bounds how far the sender can be ahead.
type Pipe[T any] struct {
	fresh func() T
	left  int // batches that have not been made; the sender's

	full, empty chan T // each with room for all: no send waits
	stop        chan struct{}
	once        sync.Once

	last T // what Next returned; valid iff held
	held bool
}

// New returns a pipe of at most n batches, made by fresh when they are needed.
func New[T any](n int, fresh func() T) *Pipe[T] {
	return &Pipe[T]{fresh: fresh, left: n, full: make(chan T, n), empty: make(chan T, n), stop: make(chan struct{})}
}

// Reserve returns a batch to be filled, which may hold what it held before. It waits
// while all are on their way; ok is false once the receiver wants no more.
func (p *Pipe[T]) Reserve() (batch T, ok bool) {
	select {
	case <-p.stop:
		return batch, false
	default:
	}
	select {
	case batch = <-p.empty:
		return batch, true
	default:
	}
	if p.left > 0 {
		p.left--
		return p.fresh(), true
	}
	select {
	case batch = <-p.empty:
		return batch, true
	case <-p.stop:
		return batch, false
	}
}

// Send hands on a batch that Take returned. It does not wait.
func (p *Pipe[T]) Send(batch T) { p.full <- batch }

// Close says that nothing more will be sent.
func (p *Pipe[T]) Close() { close(p.full) }

// Stopped is closed once the receiver wants no more.
func (p *Pipe[T]) Stopped() <-chan struct{} { return p.stop }

// Next returns the batch that was sent next, and gives back the one before. It waits
// for it; ok is false when all have come.
func (p *Pipe[T]) Next() (batch T, ok bool) {
	if p.held {
		p.empty <- p.last
	}
	p.last, p.held = <-p.full
	return p.last, p.held
}

// Stop says that the receiver wants no more. Next must not be called then.
func (p *Pipe[T]) Stop() { p.once.Do(func() { close(p.stop) }) }

// Wait returns when the sender has closed the pipe. What it sent is lost.
func (p *Pipe[T]) Wait() {
	for range p.full { // until it is closed
	}
}

// Go calls f in a goroutine of its own, and returns what waits for its result. The
// result is for one caller, and comes once.
func Go[T any](f func() T) (wait func() T) {
	done := make(chan T, 1)
	go func() { done <- f() }()
	return func() T { return <-done }
}

// Ordered begins work on each of in, on n of them at a time, and yields what begin
// returned in the same order. It begins the next when the caller is done with one.
func Ordered[In, Out any](in []In, n int, begin func(In) Out) iter.Seq[Out] {
	return func(yield func(Out) bool) {
		var ahead []Out
		for len(in) > 0 || len(ahead) > 0 {
			for len(in) > 0 && len(ahead) < n {
				ahead = append(ahead, begin(in[0]))
				in = in[1:]
			}
			if !yield(ahead[0]) {
				return
			}
			var none Out
			ahead[0], ahead = none, ahead[1:]
		}
	}
}
