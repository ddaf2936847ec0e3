package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// bufferSize is the buffer, in octets, between the file and pcapgo.
const bufferSize = 256 << 10

// Interface is what a capture says of one of its interfaces.
type Interface struct {
	Name    string // "" where the file does not tell, as in pcap
	Link    segment.LinkType
	SnapLen uint32 // octets; 0 means unlimited
	// Drops is how many packets the interface and the operating system dropped,
	// as of the last statistics that were read; valid iff HasDrops.
	Drops    uint64
	HasDrops bool

	clock clock
}

// Info is what is known of a capture as a whole. What a pcapng file tells along
// the way (interfaces, drops) may be known a little ahead of the packets; it is
// final once Next has returned an error.
type Info struct {
	Format      string // "pcap", "pcap-ns" or "pcapng"
	Compression string // "" or names such as "gzip", outermost first, joined by "+"
	BigEndian   bool   // byte order of the (first section of the) file
	SnapLen     uint32 // octets, as the file claims; of the first interface in pcapng; 0 means unlimited
	// Links are the link types of the packets read so far, in the order of
	// their first packet; of a pcap file, the one in its header.
	Links      []segment.LinkType
	Interfaces []Interface // in file order across sections; Packet.Interface is an index
	// Drops is the sum over Interfaces; valid iff some interface HasDrops.
	Drops    uint64
	HasDrops bool
	// Until is the time until which was observed, though no packet tells so:
	// of a capture that an NgWriter wrote. Valid iff HasUntil.
	Until    Time
	HasUntil bool
	// Plain is since when the capture that this one was taken from held segments
	// without SYN, FIN and RST: of a capture that an NgWriter wrote. Valid iff
	// HasPlain.
	Plain    Time
	HasPlain bool
	// Gaps are those of the capture that this one was taken from, likewise. Valid iff
	// HasGaps.
	Gaps    []frame.Gap
	HasGaps bool
}

// source is a file format. next fills p except for Number; at an error it
// returns the offset of the record that could not be read. The error is io.EOF
// at a clean end, or wraps ErrCutShort, or means corruption.
type source interface {
	next(p *Packet) (offset int64, err error)
}

// Reader reads the packets of one capture. It is not safe for concurrent use,
// except for Read and Size.
type Reader struct {
	path  string
	in    *input
	src   source
	info  Info
	count int
	last  segment.LinkType // of the last packet; LinkNone before the first
	noted map[segment.LinkType]bool
	err   error
}

// Open opens the capture at path, or reads it from stdin where path is "-".
// Format and compression are recognised by content. The caller owns stdin; on
// return from Close, a read of it may still be under way.
func Open(path string, stdin io.Reader) (*Reader, error) {
	in, err := openInput(path, stdin)
	if err != nil {
		return nil, err
	}
	return newReader(path, in)
}

// NewReader reads a capture from r, which the caller owns as Open's stdin. The
// path is a name for it.
func NewReader(path string, r io.Reader) (*Reader, error) { return newReader(path, &input{src: r}) }

func newReader(path string, in *input) (*Reader, error) {
	r := &Reader{path: path, in: in, last: segment.LinkNone}
	if err := r.recognise(); err != nil {
		_ = in.Close()                   // the first error is the one to tell
		if errors.Is(err, ErrCutShort) { // before the first record: there is nothing that could be read
			err = fmt.Errorf("%w: %v", ErrNotCapture, err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// recognise undoes the compression and reads the file header.
func (r *Reader) recognise() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("malformed file header: %v", v)
		}
	}()
	br, err := r.in.plain()
	if err != nil {
		return cutOr(err)
	}
	f, err := sniff(br)
	if err != nil {
		return err
	}
	r.info.Compression = r.in.compression
	switch plain := r.in.run(br); f {
	case formatPcap:
		r.src, err = openPcap(plain, &r.info)
	default:
		r.src, err = openPcapng(plain, &r.info)
	}
	if err != nil {
		return fmt.Errorf("file header: %w", err)
	}
	return nil
}

// format is a capture format, told by its first four octets.
type format int

const (
	formatPcap format = iota
	formatPcapng
)

// foreign names formats that are no input of ours but easily taken for one.
var foreign = map[uint32]string{
	0xa1b2cd34: "modified pcap (Kuznetzov)", 0x34cdb2a1: "modified pcap (Kuznetzov)",
	0x6f6f6e73: "snoop", 0x55424d47: "Microsoft Network Monitor", 0x53535452: "Microsoft Network Monitor 1",
	0x00504358: "NetXRay",
}

// sniff tells the format of what br stands at, and consumes nothing.
func sniff(br *bufio.Reader) (format, error) {
	h, err := br.Peek(4)
	switch {
	case err == io.EOF && len(h) == 0:
		return 0, fmt.Errorf("%w: empty file", ErrNotCapture)
	case err == io.EOF:
		return 0, fmt.Errorf("%w: only %d octets long", ErrNotCapture, len(h))
	case err != nil:
		return 0, cutOr(err)
	}
	magic := binary.LittleEndian.Uint32(h)
	switch magic {
	case magicMicros, magicMicrosSwapped, magicNanos, magicNanosSwapped:
		return formatPcap, nil
	case blockSection:
		return formatPcapng, nil
	}
	if name := foreign[magic]; name != "" {
		return 0, fmt.Errorf("%w that can be read: %s (magic % x)", ErrNotCapture, name, h)
	}
	if head, _ := br.Peek(32); isRecords(head) {
		return 0, fmt.Errorf("%w: %w", ErrNotCapture, ErrRecords)
	}
	return 0, fmt.Errorf("%w: unknown magic % x", ErrNotCapture, h)
}

// isRecords reports whether a file begins as one of records does: in Parquet, JSON Lines
// or JSON.
func isRecords(head []byte) bool {
	text := bytes.TrimLeft(head, "[ \t\r\n")
	return bytes.HasPrefix(head, []byte("PAR1")) || bytes.HasPrefix(text, []byte(`{"schema"`))
}

// Next reads the next packet into p. At a clean end it returns io.EOF, else a
// *ReadError, which wraps ErrCutShort if the capture merely stops in the middle.
// An error is sticky.
func (r *Reader) Next(p *Packet) error {
	if r.err != nil {
		return r.err
	}
	if offset, err := r.src.next(p); err != nil {
		return r.fail(offset, err)
	}
	r.count++
	p.Number = r.count
	if p.Link != r.last && p.Link != segment.LinkNone {
		r.noteLink(p.Link)
	}
	return nil
}

func (r *Reader) fail(offset int64, err error) error {
	r.err = err
	if !errors.Is(err, io.EOF) {
		r.err = &ReadError{Path: r.path, Packet: r.count + 1, Offset: offset, Err: err}
	}
	return r.err
}

func (r *Reader) noteLink(link segment.LinkType) {
	r.last = link
	if r.noted[link] {
		return
	}
	if r.noted == nil {
		r.noted = map[segment.LinkType]bool{}
	}
	r.noted[link] = true
	if !slices.Contains(r.info.Links, link) { // pcap names its own in the header
		r.info.Links = append(r.info.Links, link)
	}
}

// Info returns what is known so far. The slices are the Reader's own: valid
// until the next call of Next, and not to be written to.
func (r *Reader) Info() Info {
	info := r.info
	for _, i := range info.Interfaces {
		info.Drops = addDrops(info.Drops, i.Drops)
		info.HasDrops = info.HasDrops || i.HasDrops
	}
	return info
}

// Interfaces is the field of Info, at less cost.
func (r *Reader) Interfaces() []Interface { return r.info.Interfaces }

// Path returns the path that was opened.
func (r *Reader) Path() string { return r.path }

// Read returns how many octets of the underlying (compressed) file have been
// read so far; with Size, it serves to show progress. Any goroutine may call it.
func (r *Reader) Read() int64 { return r.in.read.Load() }

// Size returns the size in octets of the underlying file, or 0 if that is not
// known, as of standard input.
func (r *Reader) Size() int64 { return r.in.size }

// Close stops reading ahead and closes the file, but never standard input.
func (r *Reader) Close() error {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", r.path, os.ErrClosed)
	}
	return r.in.Close()
}
