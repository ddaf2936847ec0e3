package capture

import (
	"io"
	"sync"
)

const (
	aheadChunk  = 256 << 10 // octets
	aheadChunks = 4         // in use at any time, 1 MiB in all
)

// ahead reads from another reader in a goroutine of its own, so that
// decompression and analysis each have a core, with bounded buffers in between.
type ahead struct {
	full chan chunk  // read and not yet taken; closed when the goroutine has ended
	free chan []byte // taken and given back
	stop chan struct{}
	once sync.Once

	cur  chunk  // being taken
	rest []byte // what is left of cur
}

// chunk is some octets, and the error that came behind them, if any.
type chunk struct {
	b   []byte
	err error
}

// readAhead starts to read r. When the goroutine ends, for whatever reason, it
// calls done.
func readAhead(r io.Reader, done func()) *ahead {
	a := &ahead{
		full: make(chan chunk, aheadChunks),
		free: make(chan []byte, aheadChunks),
		stop: make(chan struct{}),
	}
	for range aheadChunks {
		a.free <- make([]byte, aheadChunk)
	}
	go func() {
		defer close(a.full)
		defer done()
		a.run(r)
	}()
	return a
}

func (a *ahead) run(r io.Reader) {
	for {
		var b []byte
		select {
		case <-a.stop:
			return
		case b = <-a.free:
		}
		n, err := fill(r, b, a.stop)
		a.full <- chunk{b: b[:n], err: err} // never blocks: there is room for all chunks
		if err != nil {
			return
		}
	}
}

// fill reads until b is full, unless r fails or stop is closed.
func fill(r io.Reader, b []byte, stop <-chan struct{}) (n int, err error) {
	for n < len(b) && err == nil {
		select {
		case <-stop:
			return n, io.ErrClosedPipe
		default:
		}
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

// Read takes what was read ahead. Errors come after the octets before them, and
// are sticky.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.cur.err != nil {
			return 0, a.cur.err
		}
		if a.cur.b != nil {
			a.free <- a.cur.b[:cap(a.cur.b)] // never blocks, as above
		}
		c, ok := <-a.full
		if !ok {
			return 0, io.ErrClosedPipe
		}
		a.cur, a.rest = c, c.b
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// halt tells the goroutine to end, which it does once its present read returns.
// Read must not be called any more.
func (a *ahead) halt() { a.once.Do(func() { close(a.stop) }) }

// wait returns when the goroutine has ended.
func (a *ahead) wait() {
	for range a.full { // until it is closed
	}
}
