package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin204 reports FINs that came when the first closer had forgotten the
// connection: its kernel had given up FIN-WAIT-2.
var fin204 = &model.Rule{
	ID:       "FIN204",
	Name:     "fin-wait-2-reaped",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "the first closer's kernel had given up FIN-WAIT-2 when the peer's FIN came",
		Text: `One end closed, its FIN was acknowledged, and its kernel waited in FIN-WAIT-2 for the peer's FIN. A socket that
its program has closed waits there for tcp_fin_timeout at most (60 s unless changed, or TCP_LINGER2); then it vanishes without a
segment and without TIME-WAIT. The peer knows nothing of that and stays in CLOSE-WAIT. When it closes at last, its FIN
finds no socket and a bare RST answers. Nothing is lost, since no payload was on its way, but the port may by then belong to another
connection. A socket that was shut down (SHUT_WR) and not closed is never reaped.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
1.000 A FIN,ACK
1.040 B ACK
65.000 B FIN,ACK
65.001 A RST`,
		Confirm:  "On the first closer: sysctl net.ipv4.tcp_fin_timeout, ss -tano state fin-wait-2 (timer:(timewait,…)); nstat -az TcpOutRsts counts the resets. On the peer: ss -tnp state close-wait.",
		Change:   "Let the side in CLOSE-WAIT close sooner; that is the fault. Raising tcp_fin_timeout only hides it.",
		Harmless: "When the late side has nothing more to say and its port is not reused meanwhile.",
		Source:   "Linux tcp_rcv_state_process() and tcp_time_wait() in net/ipv4, Documentation/networking/ip-sysctl.rst (tcp_fin_timeout); RFC 9293 §3.5.2 (reset generation)",
	},
	Check:    checkFINWait2Reaped,
	Disorder: true,
	Group:    groupReaped,
	Doubts:   unseen(packetsMissing),
}

// reapable is the shortest time for which Linux keeps FIN-WAIT-2: 3.5 times the
// minimum retransmission timeout (net/ipv4/tcp_minisocks.c, tcp_time_wait).
const reapable = 700 * time.Millisecond

func checkFINWait2Reaped(p *model.Pass) {
	c := p.Conn
	closer, rst := c.FirstCloser, &c.RST
	if closer > conn.Server || !rst.Ended || rst.By != closer || rst.Kind != conn.RSTReply {
		return
	}
	own, other := &c.FIN[closer], &c.FIN[closer.Peer()]
	met := c.MarkOf(rst.ReplyTo)
	if met == nil || !met.Has(segment.FIN) || !own.Acked || own.ACKFrame >= other.Frame || c.SndUna(closer.Peer()) < other.Pos {
		return
	}
	for i := range c.Marks { // one that had aborted before was in no state at all
		if m := &c.Marks[i]; m.Frame < rst.Frame && m.By(closer) && m.Has(segment.RST) {
			return
		}
	}
	waited := other.Time.Sub(own.ACKTime)
	p.Report(reaped{closer, waited}, model.Verdict{
		Side:   closer,
		Frames: []int64{own.Frame, own.ACKFrame, other.Frame, met.Frame, rst.Frame},
		Took:   took(waited, conn.AtMost),
	})
}

// reaped is a first closer whose kernel had given up FIN-WAIT-2.
type reaped struct {
	closer conn.Role
	waited time.Duration // from the ACK of its FIN to the other side's
}

func (f reaped) Message() string {
	text := fmt.Sprintf("the %s's FIN came %s after the %s's had been acknowledged and met an RST: the %s had given up FIN-WAIT-2 by then",
		f.closer.Peer(), span(f.waited), f.closer, f.closer)
	if f.waited < reapable {
		text += ", too soon for tcp_fin_timeout: its kernel had no room for it (tcp_max_orphans, tcp_max_tw_buckets), or it is no Linux"
	}
	return text
}

func (f reaped) Advice() string {
	if f.waited < reapable {
		return fmt.Sprintf("Look at the %s's nstat -az TcpExtTCPAbortOnMemory and TcpExtTCPTimeWaitOverflow.", f.closer)
	}
	return fmt.Sprintf("Let the %s close sooner; tcp_fin_timeout, %s or less there, is only how long the %s waits.", f.closer.Peer(), span(f.waited), f.closer)
}

// groupReaped words FIN204.
func groupReaped(g *model.Group) (message, advice string) {
	closer, host := side(g), "the first closer's kernel"
	switch {
	case closer == "":
		message = fmt.Sprintf("The second FIN came %s after the first had been acknowledged, and met an RST", among(g.Took))
	default:
		host = fmt.Sprintf("the kernel of the %s", hostOf(g, closer))
		message = fmt.Sprintf("The %s's FIN came %s after the %s's had been acknowledged, and met an RST", peer(closer), among(g.Took), closer)
	}
	message += fmt.Sprintf(": %s had given FIN-WAIT-2 up.", host)
	if t := g.TimersOf(model.FINWait2Timeout); len(t) == 1 {
		bound := fmt.Sprintf("It does so after at most %s", span(t[0].High.Duration()))
		if t[0].Low != nil {
			bound = fmt.Sprintf("It does so after %s to %s", span(t[0].Low.Duration()), span(t[0].High.Duration()))
		}
		if t[0].KnownAs != nil {
			bound += ", which " + *t[0].KnownAs
		}
		message += " " + bound + "."
	}
	return message, ""
}
