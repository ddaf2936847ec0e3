package exchange

import (
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

const (
	goodbye     = 256                    // octets: a last line such as "421 Timeout."
	goAway      = 64                     // octets, within TLS
	goodbyeTime = 100 * time.Millisecond // before the close
)

// LastPayload is what was sent last, up to the segment with which a side closes: that the
// closer knew of, so that what crossed the close is none.
type LastPayload struct {
	At    frame.Time
	By    conn.Role // NoRole where there was none
	Frame int64     // that it ended in; 0 where there was none
	Idle  bool      // it was no more than housekeeping of TLS
}

// LastPayload returns what was sent last up to segment closing. TLS alerts are none: they go
// with the FIN.
func (s *Exchanges) LastPayload(closing *conn.Mark) LastPayload { return s.lastPayload(closing, true) }

// LastData returns what was sent last up to segment closing, but for what its sender sent
// by way of goodbye. What follows the peer's payload answers that, and is no goodbye.
func (s *Exchanges) LastData(closing *conn.Mark) LastPayload { return s.lastPayload(closing, false) }

func (s *Exchanges) lastPayload(closing *conn.Mark, goodbyes bool) LastPayload {
	bursts := s.Conn.Dialog.Bursts
	for i := len(bursts) - 1; i >= 0; i-- {
		b := &bursts[i]
		by := conn.Role(b.By)
		switch {
		case b.Kind == payload.AlertRecord || b.StartFrame > closing.Frame || !s.knew(closing, by, b.StartFrame):
		case !goodbyes && closing.By(by) && b.Bytes <= goAway && closing.Time.Sub(b.Start) < goodbyeTime:
		default:
			return LastPayload{b.End, by, b.EndFrame, by == conn.Client && b.Kind == payload.DataRecord && !b.Asks()}
		}
	}
	last := s.lastMark(closing, goodbyes)
	for r := range conn.Role(2) { // the marks of a long connection have gaps
		t := &s.Conn.Dialog.Last[r]
		if !t.Known() || t.EndFrame <= last.Frame || t.EndFrame >= closing.Frame || !s.knew(closing, r, t.StartFrame) {
			continue
		}
		if last.Frame == 0 || goodbyes || !closing.By(r) || closing.Time.Sub(t.End) >= goodbyeTime {
			last = LastPayload{At: t.End, By: r, Frame: t.EndFrame}
		}
	}
	return last
}

// lastMark is lastPayload as far as single segments are remembered.
func (s *Exchanges) lastMark(closing *conn.Mark, goodbyes bool) LastPayload {
	var said *conn.Mark // by way of goodbye
	for i := len(s.Conn.Marks) - 1; i >= 0; i-- {
		m := &s.Conn.Marks[i]
		own := m.Side == closing.Side
		switch {
		case m.Frame > closing.Frame || !m.HasPayload() || m.Has(segment.RST) || m.Is(conn.Retransmit):
		case !goodbyes && own && m.Len <= goodbye && closing.Time.Sub(m.Time) < goodbyeTime:
			if said == nil {
				said = m
			}
		case !own && m.Seq >= closing.Ack: // it crossed the close
		case !own && said != nil:
			return LastPayload{At: said.Time, By: conn.Role(said.Side), Frame: said.Frame}
		default:
			return LastPayload{At: m.Time, By: conn.Role(m.Side), Frame: m.Frame}
		}
	}
	return LastPayload{By: conn.NoRole}
}
