package timers

import (
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

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
