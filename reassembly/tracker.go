package reassembly

import (
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// Config bounds what a Tracker remembers.
type Config struct {
	Idle           time.Duration // a connection silent for longer has ended
	MaxConnections int           // live connections beyond which the stalest is evicted
}

// Tracker is the connection table. It takes the segments of one capture in the
// order of the file and hands out each connection when it ends.
type Tracker struct {
	cfg  Config
	emit func(*Conn)
}

// NewTracker returns a Tracker that calls emit with every connection that ends,
// in that order. The Conn is valid until emit returns.
func NewTracker(cfg Config, emit func(*Conn)) *Tracker {
	return &Tracker{cfg: cfg, emit: emit}
}

// Add takes in one segment, decoded from packet p.
func (t *Tracker) Add(p *capture.Packet, s *segment.Segment) {}

// Advance takes in the time of a packet that held no segment: observation goes
// on while anything at all is captured.
func (t *Tracker) Advance(p *capture.Packet) {}

// Flush ends every connection that is left: the capture is over.
func (t *Tracker) Flush() {}

// Conn is the evidence gathered of one connection.
type Conn struct{}
