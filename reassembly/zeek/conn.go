package zeek

import "finwait/reassembly/segment"

// Conn is the state of one connection. The zero value is a new connection.
type Conn struct {
	orig uint8
}

// Add takes in the next segment. side says which end sent it, as package stream
// numbers the ends.
func (c *Conn) Add(seg *segment.Segment, side uint8) {}

// State returns conn_state.
func (c *Conn) State() (connState string) { return "OTH" }

// AppendHistory appends history to dst.
func (c *Conn) AppendHistory(dst []byte) []byte { return dst }

// Originator returns the side that Zeek takes for the originator.
func (c *Conn) Originator() uint8 { return c.orig }
