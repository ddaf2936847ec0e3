package capture

import "io"

// windowSize is how many octets of a file are read at once, and how many of them can
// be looked at in one piece: a record with the largest packet and some more.
const windowSize = maxCaptured + heldMax

// window is a part of a file that records are read from in place. Looking costs a
// comparison where the octets are there: bufio.Reader's Peek and Discard take twice as
// long for a whole record.
type window struct {
	src io.Reader
	buf []byte // all of windowSize octets, once something has been read
	b   []byte // what has been read and not been taken: a part of buf
	err error  // what ended reading
}

// need returns what was read and not taken, at least n octets unless the file ends
// before; n is at most windowSize. It is valid until the next call.
func (w *window) need(n int) []byte {
	if len(w.b) >= n {
		return w.b
	}
	return w.fill(n)
}

func (w *window) fill(n int) []byte {
	if w.buf == nil {
		w.buf = make([]byte, windowSize)
	}
	have := copy(w.buf, w.b)
	for empty := 0; have < n && w.err == nil; {
		var m int
		m, w.err = w.src.Read(w.buf[have:])
		have += m
		if m > 0 {
			empty = 0
		} else if empty++; empty == 100 && w.err == nil {
			w.err = io.ErrNoProgress
		}
	}
	w.b = w.buf[:have]
	return w.b
}

// advance passes n octets, which were looked at.
func (w *window) advance(n int) { w.b = w.b[n:] }
