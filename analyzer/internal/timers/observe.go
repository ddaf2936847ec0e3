package timers

import (
	"net/netip"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

// sample is one wait, as long as it was from each reference; 0 where the
// reference does not apply.
type sample struct {
	waits [model.NumTimerFroms]model.Seconds
	end   capture.Time // of the wait
	least bool         // of FINWait2Timeout and PathIdleTimeout: the socket still answered after that time; else it no longer did

	protocol payload.Protocol // that was seen
	owner    netip.Addr       // of FINWait2Timeout: whose kernel that was
	interval model.Seconds    // of KeepAlive: between probes
	probes   int64            // of KeepAlive
}

// Observation is what one connection shows of timers. The zero Observation
// shows nothing.
type Observation struct {
	server  netip.AddrPort
	lot     uint64 // of the connection; valid iff n > 0
	kinds   [maxSamples]model.TimerKind
	samples [maxSamples]sample
	n       uint8
	sides   [maxSamples]waitSide
	waits   [maxSamples]model.Wait
}

const maxSamples = 6

func (o *Observation) add(k model.TimerKind, s sample) {
	if int(o.n) < maxSamples {
		o.kinds[o.n], o.samples[o.n] = k, s
		o.n++
	}
}

// shortestIdle is from when on a silence is idleness in which a server closes that has
// answered, where the protocol is known: keep-alive timeouts of less than a second exist.
const shortestIdle = model.Seconds(100e6)

// unfit are the caveats under which the times of a connection say nothing.
const unfit = conn.CaptureGap | conn.OneDirection | conn.PacketsMissing | conn.ControlOnly | conn.ClockStep

const (
	gaveUp    = "FIN201"
	onPurpose = "FIN205"
	vanished  = "FIN304"
	idleReset = "FIN305"
)

// Needs are the rules whose findings Observe asks for.
var Needs = []string{gaveUp, onPurpose, vanished, idleReset}

// Observe measures one connection and fills in what it shows; x are the exchanges of what r was
// built from.
func Observe(config *model.Config, r *model.Record, x *exchange.Exchanges, o *Observation) {
	c := x.Conn
	o.server, o.n = r.Server.AddrPort(), 0
	if c.Caveats&unfit != 0 || c.Multipath() { // who closed when stands in options, as DATA_FIN
		return
	}
	m := measure{conn: c, exchanges: x, idleFrom: model.Seconds(config.IdleClose), patience: model.Seconds(config.Patience)}
	if m.closing = x.Closing(); m.closing != nil {
		m.closer = c.FirstCloser
		if notice := x.Notice(m.closing); notice != nil {
			m.closing, m.closer = notice, conn.Server
		}
		m.request = x.Request(m.closing.Frame)
		m.judge(r.Found(gaveUp), r.Found(onPurpose), o)
	}
	m.finWait2(o)
	m.silences(r, o)
	if o.n > 0 {
		o.lot = r.Lot()
	}
}

// measure is the work of one Observe.
type measure struct {
	conn      *conn.Conn
	exchanges *exchange.Exchanges // of conn
	idleFrom  model.Seconds       // silence from here on is idleness
	patience  model.Seconds       // who waits this long for an answer wants one

	closer  conn.Role
	closing *conn.Mark // its first FIN, or the RST that it aborted with

	request exchange.Request // the client's last before the close; what came when a side had closed is none that it closes after
}

// judge tells which side ran out of patience with what.
func (m *measure) judge(gaveUp, onPurpose bool, o *Observation) {
	asked := m.request.Frame != 0
	answered := m.exchanges.Answered(m.request, m.closing)
	last := m.exchanges.LastData(m.closing)
	if m.closer == conn.Server {
		switch {
		case asked && !m.exchanges.Whole():
			m.tooSlow(o)
		case asked && !answered && !m.exchanges.Crossed(m.request, m.closing):
		case m.closing.Has(segment.RST) && m.conn.Quality[conn.Server].KeepAlives > 0: // its probes got no answer
		case last.By != conn.NoRole:
			m.idle(last.At, last.By, o)
		case m.conn.Handshake == conn.HandshakeComplete:
			m.silent(o)
		}
		return
	}
	_, _, taken := m.conn.AfterFIN()
	late := m.exchanges.LateAfter(m.closing)
	if m.conn.Dialog.Protocol == payload.TLS && int64(m.conn.PayloadEnd(conn.Server)-m.closing.Ack) <= payload.AlertSize {
		late, taken = nil, 0 // no more than an alert
	}
	switch {
	case onPurpose || taken > 0: // it reads on: a half-close
	case asked && (gaveUp || m.inVain(answered, late)):
		m.clientGaveUp(o)
		m.handler(late, o)
	case m.closing.Has(segment.RST) && m.conn.Quality[conn.Client].KeepAlives > 0: // its probes got no answer
	case last.By == conn.Server && late == nil && answered == asked:
		m.idle(last.At, last.By, o)
	}
}

// inVain reports whether the client surely wanted an answer, and closed without
// it or before the rest of it: the protocol promises one, or an RST met it.
func (m *measure) inVain(answered bool, late *conn.Mark) bool {
	if m.conn.Dialog.Protocol == payload.SSH {
		return false // what it sends need not ask
	}
	http := m.conn.Dialog.Protocol == payload.HTTP1
	if answered && (!http || late == nil || m.exchanges.At(m.closing).Answer == exchange.Complete || !m.stalled(late)) || m.since(m.request.End, conn.Client) < m.patience {
		return false
	}
	rst := &m.conn.RST
	return http || late != nil && rst.Known && rst.By == conn.Client && rst.Frame > late.Frame
}

// since returns how long before the close t was, by the clock of the closer; by
// is who sent what happened then. The closer took in what its peer sent, and
// sent its own, half a round trip from here.
func (m *measure) since(t capture.Time, by conn.Role) model.Seconds {
	wait := model.Seconds(m.closing.Time.Sub(t))
	if by != m.closer {
		wait -= m.roundTrip(m.closer)
	}
	return wait
}

// roundTrip is the way from the capture to r and back, as far as the handshake
// shows it.
func (m *measure) roundTrip(r conn.Role) model.Seconds {
	if m.conn.Handshake != conn.HandshakeComplete {
		return 0
	}
	return model.Seconds(m.conn.RoundTrip(r))
}

// sample returns a wait that ended with the close.
func (m *measure) sample() sample { return m.until(m.closing.Time) }

// until returns a wait that ended at a time.
func (m *measure) until(end capture.Time) sample {
	return sample{end: end, protocol: m.conn.Dialog.Protocol}
}

// clientGaveUp measures the patience of a client that waited in vain.
func (m *measure) clientGaveUp(o *Observation) {
	s := m.sample()
	if c := m.conn; m.request.First && c.Handshake == conn.HandshakeComplete {
		s.waits[model.FromSYN] = m.since(c.First.Time, conn.Client)
	}
	s.waits[model.FromRequestStart] = m.since(m.request.Start, conn.Client)
	s.waits[model.FromRequestEnd] = m.since(m.request.End, conn.Client)
	o.add(model.ClientTimeout, s)
}

// idle measures how long a connection was silent before one side had enough.
func (m *measure) idle(last capture.Time, by conn.Role, o *Observation) {
	if by == m.closer && m.exchanges.SilenceBefore(m.closing).Asked {
		return // it waited for a sign of life
	}
	s := m.sample()
	s.waits[model.FromLastData] = m.since(last, by)
	k, least := model.ServerIdleTimeout, m.idleFrom
	switch {
	case m.closer == conn.Client:
		k = model.ClientIdleTimeout
	case s.protocol.Answers() && by == conn.Server:
		least = min(least, shortestIdle)
	}
	if s.waits[model.FromLastData] < least {
		return
	}
	o.add(k, s)
}

// silent measures how long the server waited for a request that never came.
func (m *measure) silent(o *Observation) {
	s := m.sample()
	s.waits[model.FromSYN] = m.since(m.conn.First.Time, conn.Client)
	if s.waits[model.FromSYN] >= m.idleFrom {
		o.add(model.ServerIdleTimeout, s)
	}
}
