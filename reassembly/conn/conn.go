package conn

import (
	"net/netip"
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
	"finwait/reassembly/tcpstate"
)

// Role is one of the two ends of a connection. It indexes the arrays of a Conn.
type Role uint8

// The roles. The client is the end that did the active open.
const (
	Client Role = iota
	Server
	NoRole
	BothRoles // of a simultaneous close
)

var roleNames = [...]string{"client", "server", "", "both"}

func (r Role) String() string { return roleNames[r] }

// Peer returns the other end.
func (r Role) Peer() Role { return 1 - r }

// Conn is what the capture shows of one connection, derived once when it ended.
// It is valid until the Tracker's emit function returns.
type Conn struct {
	Stream       uint32 // as Wireshark numbers it
	Addr         [2]segment.Endpoint
	Is4          bool // carried in IPv4; else an IPv4-mapped address is an IPv6 address
	RolesFrom    RolesFrom
	Path         segment.Path // of the first segment
	Completeness uint8        // tcp.completeness
	Ended        End
	Caveats      Caveats

	Packets [2]int64
	Payload [2]int64 // octets of sequence space, SYN and FIN not counted
	Quality [2]Quality
	First   Point
	Last    Point
	Until   frame.Time // end of observation

	Handshake Handshake
	RTT       time.Duration // of the handshake; valid iff HasRTT
	HasRTT    bool
	Vantage   Vantage

	FIN         [2]FIN
	RST         RST
	Close       Close
	FirstCloser Role
	MissingFIN  [2]bool
	HalfClosed  HalfClosed
	Teardown    time.Duration // valid iff HasTeardown
	HasTeardown bool

	Dialog payload.Dialog // what was recognised in the payload, by Role

	// Marks are the segments remembered as evidence, in the order of the file.
	// Their Side is a Role.
	Marks []Mark

	receipts *receipts // what others know; nil where there is only the log
	from     *Value
	index    *index // of Marks
	counters *counters
	client   uint8            // its side
	away     [2]time.Duration // round trip from the capture to each end and back
	hop      [2]time.Duration // one way, where it is long enough to matter; see farAway
	stays    [2][]Stay
}

// Point is one captured segment.
type Point struct {
	Frame int64
	Time  frame.Time
}

// Quality counts what one end sent that was not new data in order.
type Quality struct {
	Retransmissions, OutOfOrder, DuplicateACKs, KeepAlives int64
	ZeroWindow                                             time.Duration // how long its window was 0
	Missing                                                int64         // octets that the capture lacks
}

// FIN is the FIN of one end.
type FIN struct {
	Known           bool
	Implied         bool          // never captured, but acknowledged; Frame and Time are 0
	Pos             seqnum.Offset // its sequence position
	Frame           int64
	Time            frame.Time
	Acked           bool // an acknowledgment of it was captured
	ACKFrame        int64
	ACKTime         frame.Time
	Retransmissions int64
}

// Bound says how a duration relates to the truth.
type Bound uint8

// The bounds.
const (
	ExactBound Bound = iota
	AtLeast
	AtMost
)

var boundNames = [...]string{"exact", "at-least", "at-most"}

func (b Bound) String() string { return boundNames[b] }

// HalfClosed is the time between the first FIN and the second, or what came
// instead of it.
type HalfClosed struct {
	Known bool
	For   time.Duration
	Bound Bound
	Bytes int64 // payload that the other end sent meanwhile
}

// Stay is the stay of one end in one state.
type Stay struct {
	State tcpstate.State
	Since frame.Time
	Frame int64 // the segment that led there
	For   time.Duration
	Bound Bound
	Open  bool // observation ended in it
}

const maxStays = 12

// Reset reports whether any segment that is remembered carries an RST.
func (c *Conn) Reset() bool { return c.index.any.Has(segment.RST) }

// HasPrior reports whether there is a Prior.
func (c *Conn) HasPrior() bool { return c.from.Prior != nil }

// Orderly reports whether the connection was orderly to its end: every segment was
// sent once, and captured once and in order, none was a reset, and no window was 0.
func (c *Conn) Orderly() bool { return c.from.orderly }

// States returns the states of one end, in order.
func (c *Conn) States(r Role) []Stay { return c.stays[r] }

// derive works out everything that is to be said of a connection from its value, and
// the marks of its log. The marks become those of the Conn: their sides turn to roles.
func (c *Conn) derive(from *Value, marks []Mark) {
	b, h := from.counters, from.head
	stays, index, bursts := c.stays, c.index, c.Dialog.Bursts
	first, last := &marks[0], &marks[len(marks)-1]
	*c = Conn{
		Stream: from.Stream, Path: h.Path, Completeness: h.Completeness, Ended: h.Ended, Is4: h.Is4,
		First: Point{first.Frame, first.Time}, Last: Point{last.Frame, last.Time},
		Until: h.Until, FirstCloser: NoRole, from: from, counters: b, Marks: marks,
	}
	for r := range stays { // the room is used again
		c.stays[r] = stays[r][:0]
	}
	c.client, c.RolesFrom = roles(&h.Addr, c.Marks)
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.Has(segment.ACK) && m.Ack > b.ends[1-m.Side].nextSeq() {
			m.Bits |= OldACK
		}
		m.Side ^= c.client
	}
	c.Dialog.Bursts = bursts // the room is used again
	from.payload.Dialog(c.client, &c.Dialog)
	c.index = index
	c.index.make(c.Marks)
	for r := range Role(2) {
		side := uint8(r) ^ c.client
		c.Addr[r] = h.Addr[side]
		c.count(r, &b.ends[side])
	}
	c.deriveHandshake()
	c.conclude()
}

// conclude works out how the connection closed, and the states of both ends.
func (c *Conn) conclude() {
	c.findFINs()
	c.findRST()
	c.classify()
	c.measure()
	c.deriveStates(Client)
	c.deriveStates(Server)
	c.findCaveats()
}

// AddrPort returns the address and port of one end.
func (c *Conn) AddrPort(r Role) netip.AddrPort {
	if a := c.Addr[r]; !c.Is4 {
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), a.Port)
	}
	return c.Addr[r].AddrPort()
}

// ISN returns the initial sequence number of one end, and whether its SYN was captured.
func (c *Conn) ISN(r Role) (seqnum.Value, bool) {
	e := c.endpoint(r)
	return e.base, e.hasSYN
}

// endpoint returns the endpoint that plays role r.
func (c *Conn) endpoint(r Role) *endpoint { return &c.counters.ends[uint8(r)^c.client] }

// count sums up what one end sent.
func (c *Conn) count(r Role, e *endpoint) {
	q := &c.Quality[r]
	q.Retransmissions, q.OutOfOrder = int64(e.retransmits), int64(e.outOfOrder)
	q.DuplicateACKs, q.KeepAlives = int64(e.dupACKs), int64(e.keepAlives)
	c.Packets[r] = int64(e.packets)
}
