package capture

import (
	"io"

	"finwait/reassembly/pipe"
)

const (
	aheadChunk  = 256 << 10 // octets
	aheadChunks = 4         // in use at any time, 1 MiB in all
)

// ahead reads from another reader in a goroutine of its own, so that
// decompression and analysis each have a core, with bounded buffers in between.
type ahead struct {
	chunks *pipe.Pipe[*chunk]
	cur    *chunk // being taken; nil before the first
	rest   []byte // what is left of cur
}

// chunk is some octets, and the error that came behind them, if any.
type chunk struct {
	buf [aheadChunk]byte
	n   int // octets of buf that were read
	err error
}

// readAhead starts to read r. When the goroutine ends, for whatever reason, it
// calls done.
func readAhead(r io.Reader, done func()) *ahead {
	a := &ahead{chunks: pipe.New(aheadChunks, func() *chunk { return new(chunk) })}
	go func() {
		defer a.chunks.Close()
		defer done()
		for {
			c, ok := a.chunks.Reserve()
			if !ok {
				return
			}
			c.fill(r, a.chunks.Stopped())
			last := c.err != nil // once it is sent, c is another's
			a.chunks.Send(c)
			if last {
				return
			}
		}
	}()
	return a
}

// fill reads until c is full, unless r fails or stop is closed.
func (c *chunk) fill(r io.Reader, stop <-chan struct{}) {
	c.n, c.err = 0, nil
	for c.n < len(c.buf) && c.err == nil {
		select {
		case <-stop:
			c.err = io.ErrClosedPipe
			return
		default:
		}
		var m int
		m, c.err = r.Read(c.buf[c.n:])
		c.n += m
	}
}

// Read takes what was read ahead. Errors come after the octets before them, and
// are sticky.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.cur != nil && a.cur.err != nil {
			return 0, a.cur.err
		}
		c, ok := a.chunks.Next()
		if !ok {
			return 0, io.ErrClosedPipe
		}
		a.cur, a.rest = c, c.buf[:c.n]
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// halt tells the goroutine to end, which it does once its present read returns.
// Read must not be called any more.
func (a *ahead) halt() { a.chunks.Stop() }

// wait returns when the goroutine has ended.
func (a *ahead) wait() { a.chunks.Wait() }
