package timers

import (
	"time"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// answered reports whether the closer, when it closed, knew of an answer to the
// last request.
func (m *measure) answered() bool {
	c := m.conn
	if c.Protocol() == reassembly.TLS {
		for _, b := range c.Bursts() {
			if b.By == reassembly.Server && b.Kind == reassembly.DataRecord && m.between(b.StartFrame) && m.heard(b.StartFrame) {
				return true
			}
		}
		return false
	}
	answer := c.Talk(reassembly.Server)
	return answer.Known() && m.between(answer.StartFrame) && m.heard(answer.StartFrame)
}

// between reports whether a frame lies between the request and the close.
func (m *measure) between(frame uint32) bool {
	return frame > m.requestFrame && frame < m.closing.Frame
}

// heard reports whether the closer's last ACK covers what began in a frame of
// the server's.
func (m *measure) heard(frame uint32) bool {
	s := m.conn.MarkOf(frame)
	return m.closer == reassembly.Server || s == nil || m.closing.Ack > s.Seq
}

// crossed reports whether the server had not yet received the request when it
// closed.
func (m *measure) crossed() bool {
	s := m.conn.MarkOf(m.requestFrame)
	return s != nil && m.closing.Ack <= s.Seq
}

const (
	farewell     = 64                     // octets: a close_notify, a GOAWAY, a word of regret
	farewellTime = 100 * time.Millisecond // before the close
)

// lastData finds the last payload of either side that the closer knew of when it
// closed. What it said by way of goodbye does not count.
func (m *measure) lastData() (at capture.Time, by reassembly.Role) {
	for i := len(m.conn.Marks) - 1; i >= 0; i-- {
		s := &m.conn.Marks[i]
		side := reassembly.Role(s.Side)
		switch {
		case s.Frame > m.closing.Frame || s.Len == 0 || s.Has(segment.RST):
		case s.Is(reassembly.Probe) || s.Is(reassembly.Duplicate) || s.Is(reassembly.Retransmit):
		case side == m.closer && s.Len <= farewell && m.closing.Time.Sub(s.Time) < farewellTime:
		case side != m.closer && s.Seq >= m.closing.Ack: // it crossed the close
		default:
			return s.Time, side
		}
	}
	by = reassembly.NoRole
	for r := range reassembly.Role(2) { // the marks of a long connection have gaps
		if t := m.conn.Talk(r); t.Known() && t.EndFrame < m.closing.Frame && t.End > at {
			at, by = t.End, r
		}
	}
	return at, by
}
