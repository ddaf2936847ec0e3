package capture

import (
	"fmt"
	"time"

	"finwait/reassembly/segment"
)

// Time is a capture timestamp: nanoseconds since the Unix epoch, in UTC.
// Timestamps outside the years 1678 to 2261 are held at that border.
type Time int64

// Std returns t in the standard library's form, in UTC.
func (t Time) Std() time.Time { return time.Unix(0, int64(t)).UTC() }

// Sub returns t - u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Packet is one packet record of a capture.
type Packet struct {
	Number    int   // 1-based within the capture, as in Wireshark
	Offset    int64 // byte offset of its record in the uncompressed file
	Time      Time
	Link      segment.LinkType
	Interface int    // 0-based within the file; always 0 in pcap
	Length    int    // octets on the wire
	Data      []byte // octets captured; valid until the next call
}

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
