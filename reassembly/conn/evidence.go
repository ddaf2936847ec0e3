package conn

import (
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Evidence that only some rules ask for.

// Stall is a time for which an end's window was 0.
type Stall struct {
	Since, Until    frame.Time
	Frame, EndFrame int64      // the segments that shut the window and opened it again; EndFrame is 0 if none did
	Probes          uint32     // what the peer sent to ask for an opening
	Probe           int64      // the first of those
	Resumed         int64      // the peer's first new payload after it opened; 0 if there was none
	ResumedAt       frame.Time // valid iff Resumed is set
}

// promptly is how soon after an opening payload flows that had been waiting for
// it: a round trip, for most paths.
const promptly = 200 * time.Millisecond

// Held reports whether s held payload back: the peer asked for an opening, or
// went on as soon as there was one.
func (s *Stall) Held() bool {
	if s.EndFrame == 0 {
		return s.Probes > 0
	}
	return s.Resumed != 0 && s.ResumedAt.Sub(s.Until) <= promptly
}

// stalls are the current stall of an end and the longest of those before it
// that held payload back.
type stalls struct{ now, longest Stall }

// settle makes room for another stall.
func (s *stalls) settle() {
	if s.now.Held() && s.now.Until.Sub(s.now.Since) > s.longest.Until.Sub(s.longest.Since) {
		s.longest = s.now
	}
	s.now = Stall{}
}

// windows are the stalls of both ends, by side.
type windows [2]stalls

// followStalls takes in what segment m, with fresh octets of new payload, tells of the
// windows of both ends; zero is its sender's. It is called for connections that
// carry payload.
func (x *Store) followStalls(h *Head, m *Mark, fresh int64, zero bool) {
	if h.stalls == 0 {
		if !zero {
			return
		}
		i, w := x.windows.Alloc()
		*w = windows{}
		h.stalls = i
	}
	x.windows.At(h.stalls).follow(m, fresh, zero)
}

func (w *windows) follow(m *Mark, fresh int64, zero bool) {
	own := &w[m.Side]
	shut := own.now.Frame != 0 && own.now.EndFrame == 0
	switch {
	case zero && !shut:
		own.settle()
		own.now.Frame, own.now.Since = m.Frame, m.Time
	case !zero && shut && !m.Flags.Any(segment.RST|segment.SYN):
		own.now.EndFrame, own.now.Until = m.Frame, m.Time
	}
	peer := &w[1-m.Side].now
	switch {
	case peer.Frame == 0:
	case peer.EndFrame == 0 && (m.Bits.has(Probe) || m.Bits.has(Retransmit) && m.Len > 0):
		if peer.Probes++; peer.Probe == 0 {
			peer.Probe = m.Frame
		}
	case peer.EndFrame != 0 && fresh > 0 && peer.Resumed == 0:
		peer.Resumed, peer.ResumedAt = m.Frame, m.Time
	}
}

// Stall returns the longest time for which the window of r was 0 and held
// payload back; ok is false where there was none.
func (c *Conn) Stall(r Role) (longest Stall, ok bool) {
	if c.from.windows == nil {
		return Stall{}, false
	}
	s := c.from.windows[uint8(r)^c.client]
	if s.now.EndFrame == 0 {
		s.now.Until = max(c.openUntil(), s.now.Since)
	}
	s.settle()
	return s.longest, s.longest.Frame != 0
}

// AfterFIN returns whose FIN was captured first, the payload octets that its
// peer sent after it, and how many of them the closer acknowledged beyond what
// its FIN did.
func (c *Conn) AfterFIN() (closer Role, sent, taken int64) {
	if c.counters.firstFIN == noSide {
		return NoRole, 0, 0
	}
	closer = Role(c.counters.firstFIN ^ c.client)
	e := c.endpoint(closer.Peer())
	from := max(c.counters.atFirstFIN, 1)
	end := c.payloadEnd(closer.Peer(), e)
	acked := min(e.sndUna, end)
	if i := c.indexOf(c.FIN[closer].Frame); i >= 0 && c.Marks[i].Has(segment.ACK) {
		acked -= max(c.Marks[i].Ack-from, 0)
	}
	return closer, max(int64(end-from), 0), max(int64(acked-from), 0)
}

// crossing is how far apart an acknowledgment and a copy of what it
// acknowledges may be captured at most if they crossed and the handshake shows
// no longer path: half the minimum retransmission timeout of Linux, so that
// jitter is no evidence.
const crossing = 100 * time.Millisecond

// FINRepeats returns the last copy of r's FIN, and how many copies r sent
// although an acknowledgment had been captured, so much earlier that the two
// did not cross.
func (c *Conn) FINRepeats(r Role) (last *Mark, denied int) {
	f := &c.FIN[r]
	if !f.Known || f.Implied {
		return nil, 0
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.By(r) || !c.isFIN(m) || m.Bits.has(Duplicate) {
			continue
		}
		last = m
		if f.Acked && m.Frame > f.ACKFrame && m.Time.Sub(f.ACKTime) > max(c.Allowance(r), crossing) {
			denied++
		}
	}
	return last, denied
}

// CapturedAt reports whether the capture was taken at r.
func (c *Conn) CapturedAt(r Role) bool {
	return r == Client && c.Vantage == VantageClient || r == Server && c.Vantage == VantageServer
}

// RoundTrip returns how long r, seen from the capture, takes at least to answer:
// the way to it and back, as the handshake shows it.
func (c *Conn) RoundTrip(r Role) time.Duration { return c.away[r] }

// Allowance returns how long after a segment for r was captured its answer may come:
// what comes sooner may have crossed it.
func (c *Conn) Allowance(r Role) time.Duration {
	const jitter = 2 * time.Millisecond
	return c.away[r]*3/2 + jitter
}

// MarkOf returns the remembered segment of a frame, or nil.
func (c *Conn) MarkOf(frame int64) *Mark {
	if i := c.indexOf(frame); i >= 0 && frame != 0 {
		return &c.Marks[i]
	}
	return nil
}

// Sent returns one past the last octet that r is known to have sent.
func (c *Conn) Sent(r Role) seqnum.Offset { return c.endpoint(r).nextSeq() }

// PayloadEnd returns one past the last payload octet of r.
func (c *Conn) PayloadEnd(r Role) seqnum.Offset { return c.payloadEnd(r, c.endpoint(r)) }

// Unseen returns how many payload octets of r were acknowledged that the capture
// lacks. What was lost on its way to an end, and never acknowledged, it may hold all of.
func (c *Conn) Unseen(r Role) int64 {
	e := c.endpoint(r)
	if e.sndUna <= 1 {
		return 0
	}
	return int64(c.missing(r, e, min(c.payloadEnd(r, e), e.sndUna)))
}

// UnseenFrame returns a remembered segment with which r's peer acknowledged payload of r
// that the capture lacks; 0 where there is none.
func (c *Conn) UnseenFrame(r Role) int64 {
	e, from := c.endpoint(r), c.endpoint(r).sndNxt
	if h := c.holesOf(r); h != nil {
		from = min(from, h.at[0].left)
	}
	for i := range c.Marks {
		if m := &c.Marks[i]; m.By(r.Peer()) && m.Covers(from+1) && m.Ack <= e.sndUna {
			return m.Frame
		}
	}
	return 0
}

// SndUna returns how far r's peer acknowledged what r sent.
func (c *Conn) SndUna(r Role) seqnum.Offset { return c.endpoint(r).sndUna }
