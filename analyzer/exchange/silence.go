package exchange

import (
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

// Silence is how long nobody had sent payload before a segment.
type Silence struct {
	Length time.Duration
	Frame  uint32    // of the last payload, 0 where there was none: then it is since the handshake
	Last   conn.Role // who sent that; NoRole where it was no more than housekeeping
	Bye    bool      // the closer said something right before it closed, which does not count
}

// SilenceBefore measures the silence before segment closing. TLS alerts do not break it: close_notify goes with
// the FIN. Nor does what crossed the FIN.
func (s *Exchanges) SilenceBefore(closing *conn.Mark) Silence {
	c := s.Conn
	out := Silence{Length: max(closing.Time.Sub(s.OpenedBy(closing)), 0), Last: conn.NoRole}
	if c.Dialog.Protocol == payload.TLS {
		list := c.Dialog.Bursts
		for i := len(list) - 1; i >= 0; i-- {
			b := &list[i]
			if b.Kind == payload.AlertRecord || b.StartFrame > closing.Frame || !s.knew(closing, conn.Role(b.By), b.StartFrame) {
				continue
			}
			out.begin(closing, conn.Role(b.By), b.End, b.EndFrame)
			if b.By == payload.Client && b.Kind == payload.DataRecord && !b.Asks() {
				out.Last = conn.NoRole // housekeeping
			}
			return out
		}
	}
	for _, r := range [...]conn.Role{conn.Client, conn.Server} {
		t := &c.Dialog.Last[r]
		if !t.Known() || t.StartFrame > closing.Frame || !closing.By(r) && closing.Ack <= t.At {
			continue // of what came later, or crossed it
		}
		end, last := t.End, t.EndFrame
		if last > closing.Frame {
			if end, last = lastUntil(c, closing, r); last == 0 {
				end, last = closing.Time, t.StartFrame // it sent all the time, as far as is remembered
			}
		}
		if last > out.Frame {
			out.begin(closing, r, end, last)
		}
	}
	if out.Last == conn.Server && closing.By(conn.Server) && c.Dialog.Protocol == payload.ProtocolUnknown {
		if at, by, number := s.lastMark(closing); by == conn.Server && number < out.Frame {
			out.begin(closing, by, at, number)
			out.Bye = true
		}
	}
	return out
}

// OpenedBy returns when the handshake was over: the time of the client's first
// segment behind its SYNs, or of the last SYN where none came before the segment
// closing. Where no handshake was captured, it is when the capture began.
func (s *Exchanges) OpenedBy(closing *conn.Mark) frame.Time {
	c := s.Conn
	at := c.First.Time
	if c.Handshake == conn.HandshakeNotCaptured {
		return at
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		syn := m.Has(segment.SYN)
		switch {
		case m.Frame >= closing.Frame:
			return at
		case m.Has(segment.RST) || !syn && !m.By(conn.Client): // of an earlier connection
		case !syn:
			return m.Time
		default:
			at = m.Time
		}
	}
	return at
}

// lastUntil returns the latest payload of r that is remembered up to the segment
// closing, that one included; frame 0 where there is none.
func lastUntil(c *conn.Conn, closing *conn.Mark, r conn.Role) (at frame.Time, number uint32) {
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.Frame > closing.Frame {
			break
		}
		if m.By(r) && m.HasPayload() {
			at, number = m.Time, m.Frame
		}
	}
	return at, number
}

// begin takes in that the silence began with payload that ended in a frame.
func (s *Silence) begin(closing *conn.Mark, by conn.Role, end frame.Time, number uint32) {
	s.Last, s.Frame, s.Length = by, number, max(closing.Time.Sub(end), 0)
}
