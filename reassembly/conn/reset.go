package conn

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// RSTKind says what sort of reset it was.
type RSTKind uint8

// The kinds, in the order in which they are looked for; RSTOther fits none.
const (
	RSTOther   RSTKind = iota
	RSTRefused         // the answer to a SYN
	RSTForeign         // not from its supposed sender
	RSTReply           // the answer to a segment for which there was no socket
	RSTAbort           // the end of a live connection, at SND.NXT
)

var rstNames = [...]string{"", "refused", "foreign", "reply", "abort"}

func (k RSTKind) String() string { return rstNames[k] }

// RST is the first reset that its receiver could accept.
type RST struct {
	Known   bool
	By      Role
	Frame   int64
	Time    frame.Time
	Kind    RSTKind
	ReplyTo int64 // frame of the segment that it answers; 0 where none
	Count   int64 // resets from that side that were captured
	Ended   bool  // it ended the connection: its receiver accepted it, and both FINs were not acknowledged before
	at      int   // index into Marks
}

// findRST looks for the reset that counts.
func (c *Conn) findRST() {
	if !c.Reset() {
		return
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.Has(segment.RST) || !c.acceptable(i) {
			continue
		}
		by := Role(m.Side)
		r := RST{Known: true, By: by, Frame: m.Frame, Time: m.Time, at: i, Count: int64(c.endpoint(by).rsts)}
		r.Kind, r.ReplyTo = c.rstKind(i)
		// A SYN that is repeated after its refusal, as Windows does, is refused all the same.
		r.Ended = r.Kind == RSTRefused || c.accepted(i) && !c.closedBefore(i)
		if !c.RST.Known {
			c.RST = r
		}
		if r.Ended { // the first may have been lost on its way
			c.RST = r
			return
		}
	}
}

// acceptable reports whether the receiver of reset i could accept it. One that
// lies in the window but not at RCV.NXT is answered by a challenge ACK
// (RFC 5961 §3.2); stacks without that rule take it, and then fall silent.
func (c *Conn) acceptable(i int) bool {
	m := &c.Marks[i]
	if m.Bits.has(Exact) {
		return true
	}
	if !m.Bits.has(InWindow) {
		return false
	}
	const answer = 200 * time.Millisecond // by then a challenge ACK would have come
	return c.Until.Sub(m.Time) > answer && c.next(i, Role(m.Side).Peer(), 0) == nil
}

// next returns the first segment of r, no RST, that was captured more than
// after later than mark i.
func (c *Conn) next(i int, r Role, after time.Duration) *Mark {
	for _, j := range c.index.of[r].list() {
		if m := &c.Marks[j]; int(j) > i && !m.Has(segment.RST) && m.Time.Sub(c.Marks[i].Time) > after {
			return m
		}
	}
	return nil
}

// accepted reports whether the receiver took reset i in: it sent nothing more, apart
// from what was on its way already and from replies without a socket.
func (c *Conn) accepted(i int) bool {
	to := Role(c.Marks[i].Side).Peer()
	if c.fate(to, i) == Lost {
		return false
	}
	for j := i + 1; j < len(c.Marks); j++ {
		m := &c.Marks[j]
		aborts := m.Has(segment.ACK) && m.Bits.has(AtSndNxt) && !m.Bits.has(RawZero)
		if m.By(to) && (!m.Has(segment.RST) || aborts) && !c.crossed(to, i, j) {
			return false
		}
	}
	return true
}

// closedBefore reports whether both FINs had been acknowledged before mark i.
func (c *Conn) closedBefore(i int) bool {
	for r := range Role(2) {
		f := &c.FIN[r]
		if !f.Known || !f.Acked || f.ACKFrame >= c.Marks[i].Frame {
			return false
		}
	}
	return true
}

// rstKind classifies reset i, and finds the segment that it answers.
func (c *Conn) rstKind(i int) (RSTKind, int64) {
	m := &c.Marks[i]
	if m == c.refusal() {
		return RSTRefused, c.answered(i, func(o *Mark) bool { return o.Has(segment.SYN) })
	}
	o := c.Origin(m)
	if o.Foreign() {
		return RSTForeign, 0
	}
	if !m.Has(segment.ACK) {
		if to := c.answered(i, func(o *Mark) bool { return o.Has(segment.ACK) && o.Ack == m.Seq }); to != 0 || o.Reply {
			return RSTReply, to
		}
	} else if m.Bits.has(RawZero) {
		if to := c.answered(i, func(o *Mark) bool { return !o.Has(segment.ACK) }); to != 0 {
			return RSTReply, to
		}
	}
	if m.Has(segment.ACK) && m.Bits.has(AtSndNxt) {
		return RSTAbort, 0
	}
	return RSTOther, 0
}

// answered returns the frame of the segment that reset i answers: of the
// peer's segments that fit, the first of the last burst before it that asks
// for an answer. Payload and FIN do; where none came, the latest segment does.
func (c *Conn) answered(i int, fits func(*Mark) bool) int64 {
	m := &c.Marks[i]
	window := c.Allowance(Role(m.Side).Peer())
	window = max(window, c.Allowance(Role(m.Side)))
	var early, burst, bare int64
	var end seqnum.Offset // of what burst carried
	for j := range i {
		o := &c.Marks[j]
		if o.Side == m.Side {
			if !o.Has(segment.RST) && o.Covers(end) {
				burst = 0 // it took that in, and was alive still
			}
			continue
		}
		if o.Has(segment.RST) || !fits(o) || c.fate(Role(m.Side), j) == Lost {
			continue
		}
		switch {
		case o.Len == 0 && !o.Flags.Any(segment.SYN|segment.FIN):
			bare = o.Frame
		case m.Time.Sub(o.Time) > window:
			early = o.Frame
		case burst == 0:
			burst, end = o.Frame, o.End()
			if o.Flags.Any(segment.SYN | segment.FIN) {
				end++
			}
		}
	}
	switch {
	case burst != 0:
		return burst
	case early != 0 && early > bare:
		return early
	}
	if bare != 0 {
		return bare
	}
	return early
}
