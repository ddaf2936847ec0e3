package zeek

import (
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Conn is the state of one connection. The zero value is a new connection. It
// is 112 octets and holds no pointer.
type Conn struct {
	ends    [2]endpoint // by side
	holding [maxRanges]span
	history history

	// once holds, for originator and responder, the letters that are written
	// once only, or again only where the sequence number differs. As in Zeek
	// it goes by role, so that a flip in mid-connection swaps its meaning
	// (Conn.h: hist_seen).
	once [2]uint8

	held   uint8 // how many of holding belong to side 0, whose come first, and, in the high half, to side 1
	status status
}

type status uint8

const (
	started   status = 1 << iota
	partial          // TCPSessionAdapter.h: is_partial
	origSeen         // first_packet_seen & ORIG
	respSeen         // first_packet_seen & RESP
	origIsOne        // side 1 is the originator
)

// Originator returns the side that Zeek takes for the originator. It can
// change while the connection lasts.
func (c *Conn) Originator() uint8 {
	if c.status&origIsOne != 0 {
		return 1
	}
	return 0
}

// AppendHistory appends history to dst.
func (c *Conn) AppendHistory(dst []byte) []byte { return c.history.append(dst) }

// Add takes in the next segment. side says which end sent it, as package stream
// numbers the ends. The order of its steps is that of
// TCPSessionAdapter.cc: Process, because it is the order of the letters.
func (c *Conn) Add(seg *segment.Segment, side uint8) {
	if c.status&started == 0 {
		c.start(seg, side)
	}
	if seg.BadOffset || seg.Options.Cut {
		return // "truncated_header" (TCP.cc: ExtractTCP_Header)
	}
	e, peer := &c.ends[side], &c.ends[side^1]
	control := seg.Flags.Any(segment.SYN | segment.FIN | segment.RST)
	if c.history == onlySYNACK && !control {
		c.flipSYNACK()
	}
	role := c.role(side)
	if c.status&(origSeen<<role) == 0 {
		c.markPartial(seg, role)
	}

	last := seg.Seq.Add(seqLen(seg))
	if control || e.state() == inactive {
		e.initialize(seg, last)
	}
	rel, underflow := e.relative(seg.Seq, e.last, e.seqWraps())
	c.noteFlags(seg, side, rel)
	if seg.Window == 0 && !seg.Flags.Has(segment.RST) && peer.state() != closed && e.state() != reset {
		c.scaled(&e.zeroWindows, 'W', side)
	}
	if seg.Flags.Has(segment.FIN) {
		e.fin = rel + seqLen(seg) - 1
		e.bits |= sawFIN
	}
	ack := c.noteAck(seg, e, peer)
	if e.advance(seg, last) {
		c.scaled(&e.retransmits, 'T', side)
	}
	if control || e.state() == inactive {
		c.step(seg, side)
	}
	if seg.Flags.Has(segment.ACK) {
		c.acknowledged(ack, side^1)
	}
	c.sawFirst(role)
	if seg.PayloadLen > 0 && !seg.Flags.Has(segment.RST) && !underflow {
		c.sent(seg, rel, side)
	}
}

// start decides who originated the connection: the sender of its first
// segment, unless the ports speak against that (TCP.cc: WantConnection,
// IPBasedAnalyzer.cc: NewConn).
func (c *Conn) start(seg *segment.Segment, side uint8) {
	c.status |= started
	if side == 1 {
		c.status |= origIsOne
	}
	if seg.Flags&(segment.SYN|segment.ACK) == segment.SYN || !likelyServer(seg.Src.Port) {
		return
	}
	if likelyServer(seg.Dst.Port) && (seg.Flags.Has(segment.SYN) || seg.Src.Port >= seg.Dst.Port) {
		return
	}
	if seg.Dst.Addr == broadcast {
		return
	}
	c.flip()
}

var broadcast = segment.Addr{10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff, 15: 0xff}

// flip swaps originator and responder (Conn.cc and TCPSessionAdapter.cc:
// FlipRoles).
func (c *Conn) flip() {
	c.status ^= origIsOne
	seen := c.status & (origSeen | respSeen)
	c.status &^= partial | origSeen | respSeen
	if seen&origSeen != 0 {
		c.status |= respSeen
	}
	if seen&respSeen != 0 {
		c.status |= origSeen
	}
	c.history.add('^')
}

// flipSYNACK swaps the roles of a connection that began with a SYN,ACK, when an
// ACK or data follow it, in either direction: that was no scan, so a SYN was
// missed. It is as though the roles had been right from the start (Zeek 5.1,
// pull request 2191; the test core/tcp/flip-without-syn has "^hADadFf").
func (c *Conn) flipSYNACK() {
	c.ends[c.Originator()].enter(established)
	c.history = history{}
	c.flip()
	c.history.add('h')
}

const (
	originator = 0
	responder  = 1
)

func (c *Conn) role(side uint8) uint8 { return side ^ c.Originator() }

func (c *Conn) sawFirst(role uint8) { c.status |= origSeen << role }

// markPartial notes whether the connection was seen from its beginning, at the
// first segment from role (TCPSessionAdapter.cc: SetPartialStatus).
func (c *Conn) markPartial(seg *segment.Segment, role uint8) {
	syn := seg.Flags.Has(segment.SYN)
	if role == originator {
		c.status &^= partial
		syn = syn && !seg.Flags.Has(segment.ACK)
	}
	if !syn {
		c.status |= partial
	}
}

// noteAck takes in the acknowledgment that e sent, and returns it relative to
// peer's sequence space, or 0 where it is of no use (TCPSessionAdapter.cc:
// Process, init_peer, update_ack_seq).
func (c *Conn) noteAck(seg *segment.Segment, e, peer *endpoint) uint32 {
	if !seg.Flags.Has(segment.ACK) {
		return 0
	}
	if peer.state() == inactive {
		// As though a SYN had been seen, so that relative numbers stay put.
		peer.start, peer.ack, peer.last = seg.Ack-1, seg.Ack-1, seg.Ack-1
		return 1
	}
	rel, underflow := peer.relative(seg.Ack, peer.ack, peer.ackWraps())
	if underflow {
		return 0
	}
	if !seg.Flags.Has(segment.RST) {
		peer.acknowledge(seg.Ack)
	}
	return rel
}

// seqLen is the sequence space that seg takes; the payload of an RST takes none
// (TCPSessionAdapter.cc: get_segment_len).
func seqLen(seg *segment.Segment) uint32 {
	n := seg.Len()
	if seg.Flags.Has(segment.RST) {
		n -= seg.PayloadLen
	}
	return n
}

// far is the distance beyond which Zeek trusts no SYN, no RST and no ACK of 0
// (TCPSessionAdapter.cc: TOO_LARGE_SEQ_DELTA).
const far = 1 << 20

func delta(v, w seqnum.Value) int32 { return int32(v - w) }
