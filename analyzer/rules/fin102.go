package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin102 reports connections that fell silent for good without a FIN or an RST
// of either side.
var fin102 = &model.Rule{
	ID:       "FIN102",
	Name:     "missing-fin",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "an established connection fell silent, and neither side ended it",
		Text: `Both ends were connected, then nothing more was captured: no FIN, no RST, no keep-alive. Either both
keep an idle connection open, as pools do, or one of them is gone without the other knowing: a host that lost power,
a NAT or firewall that forgot the connection, a network that was unplugged. TCP has no timer for an idle connection;
without keep-alives the end that is left holds its socket for ever. The capture alone does not tell the two apart.
Where payload or a probe had no answer, though any kernel would have sent one by then, it is told after a second already, as an info;
as a warning where the server repeats a SYN,ACK that the client has acknowledged, and ignores its payload: its accept queue is full (ss -ltn).`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 200
0.040 B ACK len 800
0.041 A ACK
90.000 end`,
		Confirm: "On both hosts: ss -tno state established dst PEER. A socket on one host only is half-open (RFC 9293 §3.5.1); timer:(keepalive,…) says whether the kernel will ever ask.",
		Change: `Switch keep-alives on (SO_KEEPALIVE with TCP_KEEPIDLE below the idle timeout of every NAT and firewall on the path), and
let pools close connections that were idle for longer than that.`,
		Harmless: "For a connection that a pool keeps for later; the capture then ends before its next use.",
		Source:   "RFC 9293 §3.8.4 (keep-alives), §3.5.1 (half-open connections); Linux tcp_keepalive_timer() in net/ipv4/tcp_timer.c",
	},
	Check: checkMissingFIN,
	Doubts: unseen(
		captureGap,
		model.Doubt{Caveat: conn.Evicted, Withhold: true},
		model.Doubt{Caveat: conn.PacketsMissing, Why: "the capture lacks packets, perhaps the FIN"},
		clockStep,
	),
}

func checkMissingFIN(p *model.Pass) {
	c := p.Conn
	if c.Close != conn.CloseOpen {
		return
	}
	idle := c.Until.Sub(c.Last.Time)
	if idle < min(p.Config.Idle, minUnanswered) || has(c, segment.RST) {
		return
	}
	f := missingFIN{silent: idle, unaccepted: unacceptedBy(c)}
	waits := false
	for r := range conn.Role(2) {
		if n := int64(c.PayloadEnd(r) - c.SndUna(r)); c.SndUna(r) > 0 {
			f.unacknowledged[r] = n
			waits = waits || n > 0
		}
	}
	v := model.Verdict{Side: conn.NoRole, Frames: []int64{c.Last.Frame}, Took: took(idle, conn.AtLeast)}
	if f.probed, f.prober = lastProbe(c); idle < p.Config.Idle {
		if !(waits || f.probed) || idle < 4*c.RTT || repeated(c) {
			return // nothing is due yet, or FIN304 says it
		}
		if f.unaccepted.again == 0 {
			v.Severity = model.Info
		}
	}
	p.Report(f, v)
}

// lastProbe reports whether a probe came last, which asks for an answer, and whose it was.
func lastProbe(c *conn.Conn) (probed bool, by conn.Role) {
	last := &c.Marks[len(c.Marks)-1]
	return last.Is(conn.Probe), conn.Role(last.Side)
}

// repeated reports whether a side repeated itself often enough in vain for FIN304.
func repeated(c *conn.Conn) bool {
	for r := range conn.Role(2) {
		if _, ok := vanishing(c, r); ok {
			return true
		}
	}
	return false
}

// missingFIN is a connection that fell silent.
type missingFIN struct {
	silent         time.Duration
	unacknowledged [2]int64 // payload of each side
	probed         bool     // a probe came last
	prober         conn.Role
	unaccepted     unaccepted
}

func (f missingFIN) Message() string {
	text := fmt.Sprintf("neither side sent a FIN or an RST, and nothing at all came in the last %s of observation", span(f.silent))
	for r, n := range f.unacknowledged {
		if n > 0 {
			text += fmt.Sprintf("; %s of the %s were never acknowledged", octets(n), conn.Role(r))
		}
	}
	if f.probed {
		text += fmt.Sprintf("; a probe of the %s got no answer", f.prober)
	}
	if why := f.unaccepted.message(); why != "" {
		text += "; " + why
	}
	return text
}

func (f missingFIN) Advice() string {
	if f.unaccepted.again > 0 {
		return f.unaccepted.advice()
	}
	return "Look on both hosts whether the socket is still there, and use keep-alives or an idle timeout."
}
