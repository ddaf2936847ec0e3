package timers

import (
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

// answered reports whether the closer, when it closed, knew of an answer to the
// last request.
func (m *measure) answered() bool {
	c := m.conn
	if c.Dialog.Protocol == payload.TLS {
		for _, b := range c.Dialog.Bursts {
			if b.By == payload.Server && b.Kind == payload.DataRecord && m.between(b.StartFrame) && m.heard(b.StartFrame) {
				return true
			}
		}
		return false
	}
	answer := &c.Dialog.Last[conn.Server]
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
	return m.closer == conn.Server || s == nil || m.closing.Ack > s.Seq
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
func (m *measure) lastData() (at capture.Time, by conn.Role) {
	bursts := m.conn.Dialog.Bursts
	for i := len(bursts) - 1; i >= 0; i-- { // an alert says goodbye
		if b := &bursts[i]; b.Kind != payload.AlertRecord && b.EndFrame < m.closing.Frame && m.knew(conn.Role(b.By), b.StartFrame) {
			return b.End, conn.Role(b.By)
		}
	}
	at, by, frame := m.lastMark()
	for r := range conn.Role(2) { // the marks of a long connection have gaps
		t := &m.conn.Dialog.Last[r]
		if !t.Known() || t.EndFrame <= frame || t.EndFrame >= m.closing.Frame || !m.knew(r, t.StartFrame) {
			continue
		}
		if frame == 0 || r != m.closer || m.closing.Time.Sub(t.End) >= farewellTime {
			at, by, frame = t.End, r, t.EndFrame
		}
	}
	return at, by
}

// knew reports whether the closer knew of what r began to say in a frame.
func (m *measure) knew(r conn.Role, frame uint32) bool {
	s := m.conn.MarkOf(frame)
	return r == m.closer || s == nil || s.Seq < m.closing.Ack
}

// lastMark is lastData as far as single segments are remembered.
func (m *measure) lastMark() (at capture.Time, by conn.Role, frame uint32) {
	for i := len(m.conn.Marks) - 1; i >= 0; i-- {
		s := &m.conn.Marks[i]
		side := conn.Role(s.Side)
		switch {
		case s.Frame > m.closing.Frame || !s.HasPayload() || s.Has(segment.RST) || s.Is(conn.Retransmit):
		case side == m.closer && s.Len <= farewell && m.closing.Time.Sub(s.Time) < farewellTime:
		case side != m.closer && s.Seq >= m.closing.Ack: // it crossed the close
		default:
			return s.Time, side, s.Frame
		}
	}
	return 0, conn.NoRole, 0
}
