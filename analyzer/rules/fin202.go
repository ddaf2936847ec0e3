package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// fin202 reports sockets that stay in CLOSE-WAIT: the peer has closed, the
// application does not.
var fin202 = &model.Rule{
	ID:       "FIN202",
	Name:     "close-wait-leak",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "a socket stays in CLOSE-WAIT: its application does not close it",
		Text: `The peer closed, and this end's kernel acknowledged its FIN. From then on only the application can end the
connection: CLOSE-WAIT has no timer in any kernel. It sent nothing more and had not closed when observation ended. A file descriptor
that nobody closes, a pool that does not look at its idle connections, or a thread that waits for something else leaves sockets
there until the process runs out of descriptors. The peer's kernel gives up its FIN-WAIT-2 after tcp_fin_timeout (60 s) and will
answer a later FIN with an RST. A kernel also takes in connections, payload and FINs that no program has accepted yet: those stay in
CLOSE-WAIT in the listener's accept queue, and belong to no process.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
1.000 A FIN,ACK
1.040 B ACK
30.000 end`,
		Confirm: "ss -tnp state close-wait on the host that did not close names the process and its descriptors; a count that only grows is a leak. Without a process the socket waits to be accepted: ss -ltn shows how many do (Recv-Q of the listener).",
		Change:  "Close the socket on every path after a read returned 0; let pools test idle connections for end of file before they keep them; set keep-alives so that the kernel notices when the peer is gone.",
		Harmless: `When the application is still working on what it was asked and will answer and close: the capture ended first. Clients that keep a
connection which the server has closed find out at the next use (FIN208).`,
		Source: "RFC 9293 §3.3.2 (CLOSE-WAIT), §3.6 case 2; Linux tcp_fin() in net/ipv4/tcp_input.c: no timer is started",
	},
	Check: checkCloseWaitLeak,
	Group: groupCloseWait,
	Doubts: unseen(
		gapMeanwhile,
		model.Doubt{Caveat: conn.Evicted, Withhold: true},
		model.Doubt{Caveat: conn.PacketsMissing, Why: "the capture lacks packets, perhaps the FIN"},
		clockStep,
	),
}

func checkCloseWaitLeak(p *model.Pass) {
	c := p.Conn
	if c.Close != conn.CloseHalfClosed {
		return
	}
	closer := c.FirstCloser
	open, fin := closer.Peer(), &c.FIN[closer]
	stays := c.States(open)
	s := &stays[len(stays)-1]
	if s.State != tcpstate.CloseWait || s.For < p.Config.CloseWait {
		return
	}
	f := closeWaitLeak{open: open, stayed: s.For, mute: c.Payload[open] == 0}
	var last int64
	if c.HalfClosed.Bytes > 0 { // it had more to say: only a long silence after that says that it is done
		said := &c.Dialog.Last[open]
		silent := c.Known(said.End, c.Until)
		if silent < max(p.Config.Idle, p.Config.CloseWait) {
			return
		}
		last, f.sent, f.silent = said.EndFrame, true, silent
	}
	p.Report(f, model.Verdict{Side: open, Frames: []int64{fin.Frame, fin.ACKFrame, last}, Took: took(s.For, conn.AtLeast)})
}

// closeWaitLeak is a side that stayed in CLOSE-WAIT.
type closeWaitLeak struct {
	open   conn.Role
	stayed time.Duration
	sent   bool          // it sent payload there
	silent time.Duration // since then; valid iff sent
	mute   bool          // it never sent any payload
}

func (f closeWaitLeak) Message() string {
	if f.sent {
		return fmt.Sprintf("the %s was in CLOSE-WAIT for %s when observation ended, and had sent nothing more in the last %s of that",
			f.open, span(f.stayed), span(f.silent))
	}
	return fmt.Sprintf("the %s acknowledged the %s's FIN and then neither sent anything nor closed: it was in CLOSE-WAIT for %s when observation ended",
		f.open, f.open.Peer(), span(f.stayed))
}

func (f closeWaitLeak) Advice() string {
	text := fmt.Sprintf("Find the %s's process (ss -tnp state close-wait) and close the socket when its input ends; if that host has no such socket, what it sent got lost", f.open)
	if f.mute && f.open == conn.Server {
		text += "; if it has one without a process, no program has accepted it yet (ss -ltn: Recv-Q of the listener)"
	}
	return text + "."
}

// groupCloseWait words FIN202.
func groupCloseWait(g *model.Group) (message, advice string) {
	leaker := side(g)
	if leaker == "" {
		return fmt.Sprintf("One side acknowledged the other's FIN and never closed: %d clients' and %d servers' sockets were in CLOSE-WAIT, for %s and longer, when observation ended.",
			g.Side.Client, g.Side.Server, among(g.Took)), ""
	}
	return fmt.Sprintf("The %s acknowledged the %s's FIN and then neither sent anything nor closed: %d sockets were in CLOSE-WAIT when observation ended, for %s and longer.",
		leaker, peer(leaker), g.Connections, among(g.Took)), ""
}
