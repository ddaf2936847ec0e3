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
	Frame  int64     // of the last payload, 0 where there was none: then it is since the handshake
	Last   conn.Role // who sent that; NoRole where it was no more than housekeeping
	Bye    bool      // the closer said something right before it closed, which does not count
	Asked  bool      // that payload is something short of the closer's, unprompted: perhaps it asked whether its peer is there
}

// SilenceBefore measures the silence before segment closing.
func (s *Exchanges) SilenceBefore(closing *conn.Mark) Silence {
	last := s.LastPayload(closing)
	if last.Frame == 0 {
		last.At = s.OpenedBy(closing)
	}
	if last.Idle {
		last.By = conn.NoRole
	}
	bye := false
	if last.By == conn.Server && closing.By(conn.Server) && s.Conn.Dialog.Protocol == payload.ProtocolUnknown {
		if data := s.lastMark(closing, false); data.By == conn.Server && data.Frame < last.Frame {
			last, bye = data, true
		}
	}
	asked := !bye && closing.By(last.By) && s.unprompted(last.Frame)
	return Silence{max(closing.Time.Sub(last.At), 0), last.Frame, last.By, bye, asked}
}

// unprompted reports whether the payload that ends in a frame is short, such as a PING of
// HTTP/2 within TLS or what SSH sends to see a sign of life, and nobody had spoken before it
// for a while.
func (s *Exchanges) unprompted(frame int64) bool {
	const short, silence = 96, time.Second
	if list := s.Conn.Dialog.Bursts; len(list) > 0 {
		for i := 1; i < len(list); i++ {
			if b := &list[i]; b.EndFrame == frame {
				return b.Bytes <= short && b.Start.Sub(list[i-1].End) >= silence
			}
		}
		return false
	}
	m := s.Conn.MarkOf(frame)
	if m == nil || m.Len > short {
		return false
	}
	for i := len(s.Conn.Marks) - 1; i >= 0; i-- {
		if o := &s.Conn.Marks[i]; o.Frame < frame && o.HasPayload() {
			return m.Time.Sub(o.Time) >= silence
		}
	}
	return false
}

// Notice returns the close_notify of the server after which its client closed at once with
// segment closing, or nil: that the connection ended was the server's doing.
func (s *Exchanges) Notice(closing *conn.Mark) *conn.Mark {
	const promptly = 500 * time.Millisecond
	c := s.Conn
	if closing == nil || !closing.By(conn.Client) || c.Dialog.Protocol != payload.TLS {
		return nil
	}
	for i := len(c.Dialog.Bursts) - 1; i >= 0; i-- {
		b := &c.Dialog.Bursts[i]
		switch {
		case b.StartFrame > closing.Frame:
		case b.By == payload.Client && b.Kind == payload.AlertRecord: // perhaps in answer
		case b.By == payload.Server && b.Kind == payload.AlertRecord && s.received(closing.Ack, b.StartFrame) && closing.Time.Sub(b.End) <= promptly:
			if i > 0 && c.Dialog.Bursts[i-1].By == payload.Client && c.Dialog.Bursts[i-1].Kind == payload.AlertRecord {
				return nil // this is the answer
			}
			return c.MarkOf(b.StartFrame)
		default:
			return nil
		}
	}
	return nil
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
