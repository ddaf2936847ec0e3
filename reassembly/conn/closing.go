package conn

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Close says how a connection closed.
type Close uint8

// The ways, in the order in which they are looked for.
const (
	CloseUnknown Close = iota
	CloseRefused
	CloseUnanswered
	CloseHalfOpen
	CloseResetAfterFIN
	CloseReset
	CloseGraceful
	CloseHalfClosed
	CloseOpen
)

var closeNames = [...]string{
	"unknown", "refused", "unanswered", "half-open", "reset-after-fin", "reset", "graceful", "half-closed", "open",
}

func (c Close) String() string { return closeNames[c] }

// findFINs gathers both FINs and what acknowledged them.
func (c *Conn) findFINs() {
	for _, r := range [...]Role{Client, Server, Client} { // an implied FIN may rest on the other
		e, f := c.endpoint(r), &c.FIN[r]
		switch {
		case f.Known:
			continue
		case e.hasFIN:
			f.Known, f.Pos = true, e.fin
			f.Retransmissions = int64(e.finCopies)
		case c.impliesFIN(r, e):
			f.Known, f.Implied, f.Pos = true, true, e.sndUna-1
		default:
			continue
		}
		c.findFIN(r, f)
	}
}

// impliesFIN reports whether r sent a FIN that the capture lacks: its peer
// acknowledged exactly one octet more than was captured, and r itself went on
// from behind that octet without ever sending payload there. One lost octet of
// payload looks alike only if nothing follows it, so the sequence number has to
// have moved on, or the peer to have closed in answer.
func (c *Conn) impliesFIN(r Role, e *endpoint) bool {
	if e.packets == 0 {
		return c.impliesUnseenFIN(r, e)
	}
	if e.sndUna != e.sndNxt+1 || e.sndNxt <= 1 && !e.hasSYN {
		return false
	}
	peer := c.endpoint(r.Peer())
	if e.sndNxt == 0 || e.sndNxt == 1 && e.hasSYN && e.sndUna < 2 {
		return false
	}
	moved := false
	for _, i := range c.index.of[r].list() {
		if m := &c.Marks[i]; m.Seq == e.sndUna {
			moved = m.Len == 0
		}
	}
	return moved || peer.hasFIN || c.FIN[r.Peer()].Known
}

// impliesUnseenFIN is impliesFIN of an end of which nothing was captured: its peer,
// which closed as well, acknowledged one octet by itself and then no more.
func (c *Conn) impliesUnseenFIN(r Role, e *endpoint) bool {
	if !c.endpoint(r.Peer()).hasFIN {
		return false
	}
	var before seqnum.Offset // what was acknowledged before all was
	for i := range c.Marks {
		if m := &c.Marks[i]; m.Has(segment.ACK) && m.Ack < e.sndUna {
			before = max(before, m.Ack)
		}
	}
	return before > 0 && e.sndUna == before+1
}

func (c *Conn) findFIN(r Role, f *FIN) {
	for _, i := range c.index.fins[r].list() {
		if m := &c.Marks[i]; c.isFIN(m) {
			f.Frame, f.Time = m.Frame, m.Time
			break
		}
	}
	if i := c.firstProof(r.Peer(), f.Pos+1, -1); i >= 0 {
		f.Acked, f.ACKFrame, f.ACKTime = true, c.Marks[i].Frame, c.Marks[i].Time
	}
}

// isFIN reports whether m carries its sender's FIN, at the position that counts.
func (c *Conn) isFIN(m *Mark) bool {
	return m.Has(segment.FIN) && m.End() == c.FIN[m.Side].Pos
}

// classify names the close, who closed first, and whose FIN is missing.
func (c *Conn) classify() {
	client, server := &c.FIN[Client], &c.FIN[Server]
	refused := c.RST.Known && c.RST.Kind == RSTRefused
	switch {
	case refused:
		c.Close = CloseRefused
	case c.Handshake == HandshakeUnanswered && !c.RST.Known && !client.Known:
		c.Close = CloseUnanswered
	case c.Handshake == HandshakeNoACK && !c.RST.Known && !client.Known && !server.Known && c.silentAfterSYN():
		c.Close = CloseHalfOpen
	case c.RST.Ended && (client.Known || server.Known):
		c.Close = CloseResetAfterFIN
	case c.RST.Ended:
		c.Close = CloseReset
	case client.Known && server.Known:
		c.Close = CloseGraceful
	case client.Known || server.Known:
		c.Close = CloseHalfClosed
	case c.Handshake == HandshakeComplete || c.Handshake == HandshakeSimultaneous || c.acknowledged():
		c.Close = CloseOpen
	}
	c.findFirstCloser()
	c.findEnd()
	for r := range Role(2) {
		c.MissingFIN[r] = !c.FIN[r].Known && (c.FIN[r.Peer()].Known || c.Ended == EndIdle && c.Close == CloseOpen)
	}
}

// silentAfterSYN reports whether the client sent nothing but SYNs.
func (c *Conn) silentAfterSYN() bool {
	return c.index.of[Client].n == c.index.syns[Client].n
}

// acknowledged reports whether the capture, begun in mid-stream, shows a connection
// at all: a segment that acknowledges something.
func (c *Conn) acknowledged() bool { return c.index.acks }

func (c *Conn) findFirstCloser() {
	client, server := &c.FIN[Client], &c.FIN[Server]
	switch {
	case c.Close == CloseRefused || c.Close == CloseUnanswered || c.Close == CloseOpen || c.Close == CloseHalfOpen:
	case client.Known && server.Known:
		c.FirstCloser = c.firstOfTwo()
	case client.Known:
		c.FirstCloser = Client
	case server.Known:
		c.FirstCloser = Server
	case c.RST.Ended:
		c.FirstCloser = c.RST.By
	}
}

// firstOfTwo says which FIN came first: the one that the other acknowledges.
// Where neither does they crossed.
func (c *Conn) firstOfTwo() Role {
	for r := range Role(2) {
		if c.acknowledges(r.Peer(), r) {
			return r
		}
	}
	for r := range Role(2) {
		if c.FIN[r].Implied && !c.FIN[r.Peer()].Implied {
			return r.Peer() // its FIN does not acknowledge the one that was not captured
		}
	}
	return BothRoles
}

// acknowledges reports whether by knew of the FIN of r when it sent its own. Of
// a FIN that was not captured, what came before it tells.
func (c *Conn) acknowledges(by, r Role) bool {
	i := c.indexOf(c.FIN[r].ACKFrame)
	if i < 0 {
		return false
	}
	if !c.FIN[by].Implied {
		fin := c.MarkOf(c.FIN[by].Frame)
		return c.Marks[i].Frame <= c.FIN[by].Frame && (fin == nil || fin.Covers(c.FIN[r].Pos+1))
	}
	return c.Marks[i].End() <= c.FIN[by].Pos
}

// findEnd settles why the record was closed, now that it is known how.
func (c *Conn) findEnd() {
	switch {
	case c.RST.Ended && (c.Ended == EndCapture || c.Ended == EndClosed || c.Ended == EndReset):
		c.Ended = EndReset
	case c.Close == CloseRefused:
		c.Ended = EndReset
	case c.Ended == EndReset: // the reset was not taken in after all
		c.Ended = EndCapture
		if c.from.head.Superseded {
			c.Ended = EndReused
		}
	}
	if c.Close == CloseGraceful && c.FIN[Client].Acked && c.FIN[Server].Acked && c.Ended != EndReset {
		c.Ended = EndClosed
	}
}

// measure times the close.
func (c *Conn) measure() {
	for r := range Role(2) {
		if c.from.shut == nil {
			break
		}
		w := &c.from.shut[uint8(r)^c.client]
		if c.Quality[r].ZeroWindow = w.before; c.endpoint(r).zeroWindow {
			c.Quality[r].ZeroWindow = longer(w.before, c.openUntil().Sub(w.since))
		}
	}
	first := c.FirstCloser
	if first == BothRoles {
		first = Client
		if c.FIN[Server].Frame < c.FIN[Client].Frame {
			first = Server
		}
	}
	if first == NoRole || !c.FIN[first].Known {
		c.measurePayload(NoRole)
		return
	}
	f, other := &c.FIN[first], &c.FIN[first.Peer()]
	h := &c.HalfClosed
	h.Known = true
	from := f.Time
	if f.Implied {
		from, h.Bound = f.ACKTime, AtLeast
	}
	switch {
	case other.Known && !other.Implied:
		h.For, h.Bound = c.unlessGap(from, other.Time, h.Bound)
	case c.RST.Ended:
		h.For, h.Bound = c.unlessGap(from, c.RST.Time, h.Bound)
	case other.Implied:
		h.For, h.Bound = other.ACKTime.Sub(from), AtMost
	default:
		h.For, h.Bound = c.KnownUntil(max(from, c.Last.Time), c.Until).Sub(from), AtLeast
	}
	h.For = max(h.For, 0)
	switch {
	case c.RST.Ended:
		c.Teardown, c.HasTeardown = max(c.RST.Time.Sub(from), 0), true
	case other.Known && other.Acked && f.Acked:
		c.Teardown, c.HasTeardown = max(max(other.ACKTime, f.ACKTime).Sub(from), 0), true
	}
	c.measurePayload(first)
}

// openUntil returns when the connection ended, or else observation of it.
func (c *Conn) openUntil() frame.Time {
	switch {
	case c.RST.Ended:
		return c.RST.Time
	case c.Ended == EndClosed:
		return c.Last.Time
	}
	return c.Until
}

// measurePayload counts payload by sequence space, SYN and FIN left out, and
// what came from the other end after the first FIN.
func (c *Conn) measurePayload(first Role) {
	for r := range Role(2) {
		e := c.endpoint(r)
		end := c.payloadEnd(r, e)
		c.Payload[r] = int64(end - max(e.low, 1))
		if h := c.holesOf(r); h != nil {
			c.Payload[r] -= int64(c.neverSent(h, end))
		}
		c.Payload[r] = max(c.Payload[r], 0)
		c.Quality[r].Missing = int64(c.missing(r, e, end))
	}
	if first == NoRole || c.counters.firstFIN == noSide {
		return
	}
	other := first.Peer()
	if Role(c.counters.firstFIN^c.client) == first {
		c.HalfClosed.Bytes = max(int64(c.payloadEnd(other, c.endpoint(other))-max(c.counters.atFirstFIN, 1)), 0)
	}
}

// missing returns how many octets of r below end the capture lacks: what was passed
// over, and what was acknowledged beyond all that was captured.
func (c *Conn) missing(r Role, e *endpoint, end seqnum.Offset) (n seqnum.Offset) {
	top := e.sndNxt
	if h := c.holesOf(r); h != nil {
		n, top = h.missing(end)-c.neverSent(h, end), max(top, h.end())
	}
	if e.packets > 0 && top < end {
		n += end - max(top, 1)
	}
	return n
}

// holesOf returns the holes in what r sent; nil where there are none.
func (c *Conn) holesOf(r Role) *holes {
	if h := c.from.holes[uint8(r)^c.client]; h != nil && h.n > 0 {
		return h
	}
	return nil
}

// payloadEnd returns the offset behind the last payload octet of r.
func (c *Conn) payloadEnd(r Role, e *endpoint) seqnum.Offset {
	if !e.synced {
		return 0
	}
	if c.FIN[r].Known {
		return c.FIN[r].Pos
	}
	return max(e.sndNxt, c.acked(r))
}
