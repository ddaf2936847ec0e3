package exchange

import (
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

const (
	goodbye     = 256                    // octets: a close_notify, a GOAWAY, a word of regret such as "421 Timeout."
	goodbyeTime = 100 * time.Millisecond // before the close
)

// LastData returns when the last payload of either side came that the sender of segment
// closing knew of by then, and whose it was; NoRole where there was none. What the closer
// sent by way of goodbye does not count.
func (s *Exchanges) LastData(closing *conn.Mark) (at frame.Time, by conn.Role) {
	bursts := s.Conn.Dialog.Bursts
	for i := len(bursts) - 1; i >= 0; i-- { // an alert says goodbye
		if b := &bursts[i]; b.Kind != payload.AlertRecord && b.EndFrame < closing.Frame && s.knew(closing, conn.Role(b.By), b.StartFrame) {
			return b.End, conn.Role(b.By)
		}
	}
	at, by, last := s.lastMark(closing)
	for r := range conn.Role(2) { // the marks of a long connection have gaps
		t := &s.Conn.Dialog.Last[r]
		if !t.Known() || t.EndFrame <= last || t.EndFrame >= closing.Frame || !s.knew(closing, r, t.StartFrame) {
			continue
		}
		if last == 0 || !closing.By(r) || closing.Time.Sub(t.End) >= goodbyeTime {
			at, by, last = t.End, r, t.EndFrame
		}
	}
	return at, by
}

// lastMark is LastData as far as single segments are remembered. What follows the peer's
// payload answers that, and is no goodbye.
func (s *Exchanges) lastMark(closing *conn.Mark) (at frame.Time, by conn.Role, number uint32) {
	var said *conn.Mark
	for i := len(s.Conn.Marks) - 1; i >= 0; i-- {
		m := &s.Conn.Marks[i]
		own := m.Side == closing.Side
		switch {
		case m.Frame > closing.Frame || !m.HasPayload() || m.Has(segment.RST) || m.Is(conn.Retransmit):
		case own && m.Len <= goodbye && closing.Time.Sub(m.Time) < goodbyeTime:
			if said == nil {
				said = m
			}
		case !own && m.Seq >= closing.Ack: // it crossed the close
		case !own && said != nil:
			return said.Time, conn.Role(said.Side), said.Frame
		default:
			return m.Time, conn.Role(m.Side), m.Frame
		}
	}
	return 0, conn.NoRole, 0
}
