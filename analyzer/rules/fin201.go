package rules

import (
	"time"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// fin201 reports clients that closed before they had the answer to their
// request.
var fin201 = &model.Rule{
	ID:       "FIN201",
	Name:     "client-gave-up",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "the client closed before it had the answer to its request",
		Text: `The client sent a request and closed before the answer, or the rest of it, had come. HTTP/1 cannot say "never
mind", so a client whose timeout fires has to throw the connection away: Go's net/http does, and so do nginx, curl and
most others. The server's kernel acknowledges the FIN (within some 40 ms: it delays that ACK in the hope of something to
send along), and the client waits in FIN-WAIT-2. The handler learns nothing of it: the server's socket is in CLOSE-WAIT
until the handler returns, and what it then writes meets an RST. Each request that times out costs a new connection.
A client that closes before it has sent the body whose length it declared was killed, or gave the upload up.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.012 A PSH,ACK data "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
0.022 B ACK
0.812 A FIN,ACK
0.862 B ACK
3.012 B PSH,ACK data "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
3.013 A RST
4.000 end`,
		Confirm: `On the client: ss -tno state fin-wait-2. On the server: ss -tnp state close-wait, and
nstat -az TcpExtTCPAbortOnData TcpEstabResets TcpOutRsts before and after. The client logs "Client.Timeout exceeded" or
"context deadline exceeded" at these times.`,
		Change: `Raise the client's timeout above the time that the handler takes, or make the handler faster. Let the
handler stop when its request's context ends.`,
		Harmless: "Where a user pressed stop, or a request was sent twice and the slower answer is not wanted.",
		Source:   "RFC 9293 §3.6.1; RFC 9112 §9.5, §9.6; Go net/http/transport.go, persistConn.roundTrip; Linux tcp_rcv_state_process() in net/ipv4/tcp_input.c",
	},
	Check: checkGaveUp,
	Group: groupGaveUp,
	Frame: frameGaveUp,
	Doubts: []model.Doubt{
		captureGap,
		{Caveat: conn.OneDirection, Withhold: true},
		{Caveat: conn.ClockStep, Why: "the capture's clock stepped, so that times are doubtful"},
	},
}

// gaveUp is a client that closed before it had its answer.
type gaveUp struct {
	exchange.Exchange
	c       *conn.Conn
	closing *conn.Mark
	abort   bool      // it closed with an RST instead of a FIN
	met     conn.Mark // the client's RST that met the late answer or FIN; Frame 0 for none
	doubt   giveUpDoubt
}

func checkGaveUp(p *model.Pass) {
	c := p.Conn
	if c.FirstCloser != conn.Client {
		return
	}
	g := gaveUp{c: c, closing: p.Exchanges.Closing(), abort: !c.FIN[conn.Client].Known}
	if g.closing == nil {
		return
	}
	g.Exchange = *p.Exchanges.At(g.closing)
	g.findReset()
	if c.Caveats.Has(conn.ControlOnly) {
		g.reportControlOnly(p)
		return
	}
	if g.deliberate() || !g.holds(p.Config.Patience) {
		return
	}
	if g.doubt == certain && !g.abort && g.mayStillRead() {
		g.doubt = tooSoon
	}
	severity := model.Error
	if g.doubt != certain || g.stopped() && g.Waited(g.closing) < p.Config.Patience { // who was killed did not wait
		severity = model.Warning
	}
	p.Report(g.facts(), model.Verdict{
		Severity: severity, Side: conn.Client, Frames: g.frames(), Took: took(g.Waited(g.closing), conn.ExactBound),
	})
}

// reportControlOnly judges by sequence numbers alone, where only SYN, FIN and
// RST segments were captured: the client's FIN acknowledges not one octet, and
// an RST shows that something came later.
func (g *gaveUp) reportControlOnly(p *model.Pass) {
	c := g.c
	server := &c.FIN[conn.Server]
	late := server.Known && server.Pos > 1 || !server.Known
	if g.abort || c.Payload[conn.Client] == 0 || g.closing.Ack != 1 || g.met.Frame == 0 || !late {
		return
	}
	f := gaveUpUnseen{c.Payload[conn.Client], g.closing.Time.Sub(c.First.Time), g.met.Time.Sub(g.closing.Time), g.serverTime()}
	p.Report(f, model.Verdict{
		Severity: model.Warning, Side: conn.Client, Frames: []int64{g.closing.Frame, g.met.Frame},
	})
}

// findReset looks for the client's RST after it closed.
func (g *gaveUp) findReset() {
	if rst := resetBy(g.c, conn.Client, g.closing.Frame); rst != nil {
		g.met = *rst
	}
}

// deliberate reports whether the client went on reading after its FIN: it
// acknowledged what the server sent.
func (g *gaveUp) deliberate() bool {
	if g.abort || g.LateFrame == 0 {
		return false
	}
	for i := range g.c.Marks {
		m := &g.c.Marks[i]
		if m.By(conn.Client) && m.Frame > g.LateFrame && !m.Has(segment.RST) &&
			m.Has(segment.ACK) && m.Ack > g.closing.Ack && m.Seq > g.closing.Seq {
			return true
		}
	}
	return false
}

// mayStillRead reports whether observation ended before the server could show
// by its answer that nobody took it in.
func (g *gaveUp) mayStillRead() bool {
	const soon = 200 * time.Millisecond
	return g.Late == 0 && g.met.Frame == 0 && !g.c.RST.Known && !g.c.FIN[conn.Server].Known &&
		g.c.Until.Sub(g.closing.Time) < soon
}

// holds decides whether the client gave up, by what the protocol promises:
// patience is how long a client waits that wants an answer.
func (g *gaveUp) holds(patience time.Duration) bool {
	waited := g.Waited(g.closing) >= patience
	// It no longer wanted the answer; but who closes at once never did.
	refused := g.Late > 0 && g.met.Frame > g.LateFrame && g.Waited(g.closing) >= patience/5
	switch g.Protocol {
	case payload.HTTP1:
		switch g.Answer {
		case exchange.Missing:
			return waited || refused || g.stopped()
		case exchange.Partial:
			return g.closing.Time.Sub(g.GotAt) >= patience || g.Late > 0 && g.Waited(g.closing) >= patience/5
		}
		return false
	case payload.SSH:
		return false // either side speaks when it likes
	case payload.HTTP2:
		return false // a timeout resets the stream and keeps the connection
	case payload.TLS:
		return g.holdsTLS(waited)
	}
	if g.Answer != exchange.Missing || !waited {
		return false
	}
	switch {
	case refused && g.LateStart.Sub(g.closing.Time) > g.c.RoundTrip(conn.Server):
		return true
	case g.busy() && g.Single: // more would be an upload, perhaps
		g.doubt = unsureAsked
		return true
	}
	return false
}

// stopped reports whether the client closed before it had sent the body whose length it
// declared, and before any of the answer: it was killed, or gave the upload up.
func (g *gaveUp) stopped() bool {
	return g.Short > 0 && !g.abort && !g.c.Caveats.Has(conn.PacketsMissing)
}

// holdsTLS judges by the volume and the direction of records. What may have been
// session tickets may have been an answer; then only a server that was at work
// still shows that there was none.
func (g *gaveUp) holdsTLS(waited bool) bool {
	const late = 100 * time.Millisecond
	switch {
	case !waited:
		return false
	case g.Answer == exchange.Missing:
		return !g.TicketsOnly(g.c) || g.Late > 0 || g.busy()
	case g.Answer == exchange.Unclear && g.Got > 0 && g.Late > 0 && g.LateStart.Sub(g.closing.Time) > late && g.met.Frame != 0:
		g.Answer = exchange.Partial
		return true
	}
	return false
}

// busy reports whether the server took its time to learn that the client had
// closed, as one does that is at work.
func (g *gaveUp) busy() bool {
	const atOnce = 100 * time.Millisecond
	s, ok := stay(g.c, conn.Server, tcpstate.CloseWait)
	return ok && s.For > atOnce
}

// stay returns the first stay of one end in a state.
func stay(c *conn.Conn, r conn.Role, state tcpstate.State) (conn.Stay, bool) {
	for _, s := range c.States(r) {
		if s.State == state {
			return s, true
		}
	}
	return conn.Stay{}, false
}

func (g *gaveUp) frames() []int64 {
	frames := []int64{g.Frame, g.closing.Frame, g.LateFrame, g.met.Frame}
	if !g.abort {
		frames = append(frames, g.c.FIN[conn.Client].ACKFrame)
	}
	if f := &g.c.FIN[conn.Server]; f.Known && !g.abort {
		frames = append(frames, f.Frame)
	}
	return frames
}
