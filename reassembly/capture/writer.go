package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"finwait/reassembly/segment"
)

// Writer writes packets as a pcap file with nanosecond timestamps. It does not
// buffer: hand it a bufio.Writer where that matters.
//
// A pcap file has one link type and no comments: NgWriter writes what has more.
type Writer struct {
	w   io.Writer
	err error
	buf []byte // of the record being written
}

// NewWriter returns a Writer to w, whose file header it writes at once. An error
// in that shows at the first Write, and in Err.
func NewWriter(w io.Writer, link segment.LinkType) *Writer {
	h := binary.LittleEndian.AppendUint32(nil, magicNanos)
	h = binary.LittleEndian.AppendUint16(h, 2) // version 2.4
	h = binary.LittleEndian.AppendUint16(h, 4)
	h = binary.LittleEndian.AppendUint64(h, 0) // of no use any more
	h = binary.LittleEndian.AppendUint32(h, maxCaptured)
	h = binary.LittleEndian.AppendUint32(h, uint32(link))
	out := &Writer{w: w}
	_, out.err = w.Write(h)
	return out
}

// Err returns the error that stopped the Writer, or nil.
func (w *Writer) Err() error { return w.err }

// Write appends one packet. Of p it reads Time, Length and Data; a Length
// shorter than Data is taken to be that of Data. An error is sticky.
func (w *Writer) Write(p *Packet) error {
	if w.err != nil {
		return w.err
	}
	t := p.Time.Std()
	if sec := t.Unix(); sec < 0 || sec > math.MaxUint32 {
		w.err = fmt.Errorf("packet %d: pcap cannot hold the time %v", p.Number, t)
		return w.err
	}
	b := binary.LittleEndian.AppendUint32(w.buf[:0], uint32(t.Unix()))
	b = binary.LittleEndian.AppendUint32(b, uint32(t.Nanosecond()))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(max(p.Length, len(p.Data))))
	w.buf = append(b, p.Data...)
	_, w.err = w.w.Write(w.buf)
	return w.err
}
