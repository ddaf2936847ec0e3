package capture

import (
	"errors"
	"fmt"
	"io"
	"math"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// Time is a capture timestamp.
type Time = frame.Time

// Packet is one packet record of a capture.
type Packet struct {
	Number    int   // 1-based within the capture, as in Wireshark
	Offset    int64 // byte offset of its record in the uncompressed file
	Time      Time
	Link      segment.LinkType // LinkNone where it is no packet
	Interface int              // index into Info.Interfaces, unless Link is LinkNone; always 0 in pcap
	NoTime    bool             // the record has no timestamp: Time is the previous packet's
	Length    int              // octets on the wire
	Data      []byte           // octets captured; valid until the next call
}

// Frame returns what the packet is known by, whoever reads it.
func (p *Packet) Frame() frame.Frame { return frame.Frame{Number: p.Number, Time: p.Time} }

// ReadError says how far a capture could be read. Everything before Packet was
// delivered and stays valid.
type ReadError struct {
	Path   string
	Packet int   // 1-based number of the packet that could not be read
	Offset int64 // byte offset of its record in the uncompressed file
	Err    error
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("%s: packet %d (offset %d): %v", e.Path, e.Packet, e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// maxCaptured is the largest captured length, in octets, of one packet that is
// believed: that of libpcap (MAXIMUM_SNAPLEN) and of Wireshark
// (WTAP_MAX_PACKET_SIZE_STANDARD).
const maxCaptured = 262144

var (
	// ErrCutShort says that a capture ends in the middle of a record, or its
	// compressed stream in the middle of a block, as when tcpdump was killed.
	ErrCutShort = errors.New("capture was cut short")
	// ErrNotCapture says that a file is in no format that is read here, or ends
	// within its file header.
	ErrNotCapture = errors.New("not a capture")
	// ErrRecords says that a file holds records of connections, and no packets. It comes
	// with ErrNotCapture.
	ErrRecords = errors.New("it is a stored run, which has records and no packets")
)

// cutOr returns ErrCutShort if err says that octets are missing at the end, and
// err otherwise.
func cutOr(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCutShort
	}
	return err
}

// The seconds at which int64 nanoseconds end.
const (
	minSeconds = math.MinInt64 / 1_000_000_000
	maxSeconds = math.MaxInt64 / 1_000_000_000
)
