package timers

import (
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// stalled reports whether the server had fallen silent before its late payload,
// for most of the time since the request: it was at work, not in the middle of
// a long answer.
func (m *measure) stalled(late *conn.Mark) bool {
	last, end := m.request.End, seqnum.Offset(1)
	if a := &m.conn.Dialog.Last[conn.Server]; a.Known() && a.StartFrame > m.request.Frame {
		end = a.At
	}
	for i := range m.conn.Marks {
		s := &m.conn.Marks[i]
		if s.Frame >= late.Frame {
			break
		}
		if s.By(conn.Server) && s.Len > 0 && !s.Is(conn.Probe) {
			last, end = s.Time, max(end, s.End())
		}
	}
	if end < late.Seq {
		return false // what it said right before is not remembered
	}
	return 2*late.Time.Sub(last) > late.Time.Sub(m.request.End)
}

// gatewayTimeout reports whether the late answer says that a proxy ran out of patience with
// the server behind it: that measures the proxy.
func (m *measure) gatewayTimeout() bool {
	return m.exchanges.Status() == payload.StatusGatewayTimeout
}

// handler measures how long the server took for a request whose client was gone
// by then.
func (m *measure) handler(late *conn.Mark, o *Observation) {
	if late == nil || m.gatewayTimeout() || !m.stalled(late) || late.Time.Sub(m.closing.Time) <= m.conn.Allowance(conn.Server) {
		return
	}
	s := m.until(late.Time)
	s.waits[model.FromRequestEnd] = model.Seconds(late.Time.Sub(m.request.End)) - m.roundTrip(conn.Server)
	o.add(model.HandlerTime, s)
}

// worthKnowing is the least time in FIN-WAIT-2 that is kept for the lower end of
// its bracket.
const worthKnowing = model.Seconds(1e9)

// finWait2 looks whether the closer, whose FIN had been acknowledged, still knew
// of the connection when its peer's FIN came at last.
func (m *measure) finWait2(o *Observation) {
	c := m.conn
	r := c.FirstCloser
	if r != conn.Client && r != conn.Server {
		return
	}
	own, peer := &c.FIN[r], &c.FIN[r.Peer()]
	if !own.Acked || !peer.Known || peer.Implied || peer.Frame <= own.ACKFrame || c.SndUna(r.Peer()) < c.PayloadEnd(r.Peer()) {
		return
	}
	s := sample{owner: c.AddrPort(r).Addr()}
	_, _, taken := c.AfterFIN()
	switch reply := c.MarkOf(c.RST.ReplyTo); {
	case c.RST.Known && c.RST.By == r && c.RST.Kind == conn.RSTReply && reply != nil && reply.Has(segment.FIN):
		s.waits[model.FromFINACK] = model.Seconds(reply.Time.Sub(own.ACKTime))
	case peer.Acked && taken == 0: // who reads on after its FIN has a socket that no timer runs for
		s.least = true
		s.waits[model.FromFINACK] = model.Seconds(peer.Time.Sub(own.ACKTime))
		if s.waits[model.FromFINACK] < worthKnowing {
			return
		}
	default:
		return
	}
	o.add(model.FINWait2Timeout, s)
}
