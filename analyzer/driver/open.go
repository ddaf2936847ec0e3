package driver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"finwait/reassembly/capture"
)

// opener opens the captures of a run.
type opener struct {
	ctx   context.Context
	stdin io.Reader                                // gives up when ctx ends
	meter *Meter                                   // may be nil
	other func(file string) (io.ReadCloser, error) // see Options.Open
}

func newOpener(ctx context.Context, o *Options) *opener {
	return &opener{ctx: ctx, stdin: Interruptible(ctx, o.Stdin), meter: o.Meter, other: o.Open}
}

func (o *opener) open(file string) (*capture.Reader, error) {
	if o.other != nil {
		r, err := o.other(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		return capture.NewReader(file, &closing{r})
	}
	if file != "-" && IsPipe(file) {
		return capture.NewReader(file, Interruptible(o.ctx, &fifo{path: file}))
	}
	r, err := capture.Open(file, o.stdin)
	if err == nil {
		o.meter.begin(r)
	}
	return r, err
}

// closing closes what it reads with the first error, once it has been read.
type closing struct{ io.ReadCloser }

func (c *closing) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	if err != nil {
		_ = c.ReadCloser.Close() // it was only read
	}
	return n, err
}

// close closes what was only read: nothing can be lost.
func (o *opener) close(r *capture.Reader) {
	o.meter.end(r)
	_ = r.Close()
}

// unmetered returns an opener whose work does not count.
func (o *opener) unmetered() *opener { return &opener{ctx: o.ctx, stdin: o.stdin, other: o.other} }

// gaveUp reports whether err came of waiting for a file no longer: whatever a
// decompressor made of that, nothing is wrong with the file.
func (o *opener) gaveUp(file string, err error) bool {
	return errors.Is(err, context.Canceled) || o.ctx.Err() != nil && (file == "-" || IsPipe(file))
}

// patience returns the context of the analysis of a file. That of a pipe takes in
// all that was read until the pipe gave up.
func (o *opener) patience(file string) context.Context {
	if file == "-" || IsPipe(file) {
		return context.WithoutCancel(o.ctx)
	}
	return o.ctx
}

// IsPipe reports whether whoever opens or reads the file may have to wait for
// another program.
func IsPipe(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket|os.ModeCharDevice) != 0
}

// fifo is a file that is opened with the first Read: that of a FIFO waits for its
// writer. It is closed with the last.
type fifo struct {
	path string
	file *os.File
}

func (p *fifo) Read(b []byte) (n int, err error) {
	if p.file == nil {
		if p.file, err = os.Open(p.path); err != nil {
			return 0, err
		}
	}
	if n, err = p.file.Read(b); err != nil {
		_ = p.file.Close() // it was only read
	}
	return n, err
}

// Interruptible returns a reader of r that gives up with ctx.Err() when ctx
// ends, though a Read of r still waits: a terminal, or a pipe from a tcpdump
// that captures nothing. What r says it has Buffered is read all the same.
func Interruptible(ctx context.Context, r io.Reader) io.Reader {
	if r == nil || ctx.Done() == nil {
		return r
	}
	return &ctxReader{ctx: ctx, r: r, done: make(chan readResult, 1)}
}

type readResult struct {
	n   int
	err error
}

// ctxReader reads ahead in a goroutine of its own, into a buffer of its own:
// a Read that was given up may still write to it.
type ctxReader struct {
	ctx    context.Context
	r      io.Reader
	done   chan readResult
	buf    []byte
	unread []byte
	err    error
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if len(c.unread) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		if r, ok := c.r.(interface{ Buffered() int }); ok && r.Buffered() > 0 {
			return c.r.Read(p[:min(len(p), r.Buffered())])
		}
		c.fill()
		if len(c.unread) == 0 {
			return 0, c.err
		}
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

func (c *ctxReader) fill() {
	if c.err = c.ctx.Err(); c.err != nil {
		return
	}
	if c.buf == nil {
		c.buf = make([]byte, 64<<10)
	}
	go func() {
		n, err := c.r.Read(c.buf)
		c.done <- readResult{n, err}
	}()
	select {
	case got := <-c.done:
		c.unread, c.err = c.buf[:got.n], got.err
	case <-c.ctx.Done():
		c.err = c.ctx.Err()
	}
}
