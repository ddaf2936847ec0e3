package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"

	"finwait/reassembly/segment"
)

// Writer writes packets as a pcap file with nanosecond timestamps. It does not
// buffer: hand it a bufio.Writer where that matters.
//
// A pcap file has one link type and no comments: NgWriter writes what has more.
type Writer struct {
	w   *pcapgo.Writer
	err error
}

// NewWriter returns a Writer to w, whose file header it writes at once. An error
// in that shows at the first Write, and in Err.
func NewWriter(w io.Writer, link segment.LinkType) *Writer {
	out := &Writer{w: pcapgo.NewWriterNanos(w)}
	// pcapgo keeps a link type in eight bits, too few for LINKTYPE_LINUX_SLL2
	// (276): the field is filled in behind its back.
	var head bytes.Buffer
	if out.err = pcapgo.NewWriterNanos(&head).WriteFileHeader(maxCaptured, 0); out.err != nil {
		return out
	}
	binary.LittleEndian.PutUint32(head.Bytes()[20:24], uint32(link))
	_, out.err = w.Write(head.Bytes())
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
	w.err = w.w.WritePacket(gopacket.CaptureInfo{
		Timestamp:     t,
		CaptureLength: len(p.Data),
		Length:        max(p.Length, len(p.Data)),
	}, p.Data)
	return w.err
}
