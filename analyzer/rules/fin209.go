package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// fin209 reports windows of 0 that held payload back, and perhaps a FIN.
var fin209 = &model.Rule{
	ID:       "FIN209",
	Name:     "zero-window-stall",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "a receive window of 0 held payload back, and perhaps a FIN",
		Text: `One end's receive buffer was full, since its program did not read; it advertised a window of 0, and the
other had to wait with more payload to send. If the sender's program closes meanwhile, its FIN has to wait behind that payload: the socket
is in FIN-WAIT-1 and no FIN is on the wire, so that a capture shows no sign of the close. Such sockets stay as long as
the window does, and the peer's side shows ESTABLISHED. Linux gives up on one without a program when its probes have
backed off as far as tcp_orphan_retries allows.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 100
0.030 B ACK len 4000
0.050 A ACK win 0
0.300 B ACK seq next-1
0.301 A ACK win 0
0.800 B ACK seq next-1
0.801 A ACK win 0
2.000 A ACK win 4000
2.001 B ACK len 1000
2.002 A ACK`,
		Confirm:  "On the sender: ss -tno shows a Send-Q that does not shrink and timer:(persist,…); on the receiver a Recv-Q that stays; nstat -az TcpExtTCPToZeroWindowAdv TcpExtTCPAbortOnTimeout.",
		Change:   "Let the receiver's program read, or close the socket when it no longer wants to; bound the time of writes at the sender.",
		Harmless: "When a program deliberately reads slowly, as a player that has buffered enough.",
		Source:   "RFC 9293 §3.8.6.1 (zero-window probing), RFC 1122 §4.2.2.17; Linux tcp_probe_timer() in net/ipv4/tcp_timer.c",
	},
	Check:    checkZeroWindowStall,
	Disorder: true,
	Doubts:   unseen(captureGap, packetsMissing, clockStep),
}

// finBehind is how soon a FIN follows the payload that a window held back if it
// had been waiting with it.
const finBehind = 200 * time.Millisecond

func checkZeroWindowStall(p *model.Pass) {
	c := p.Conn
	if c.Quality[conn.Client].ZeroWindow == 0 && c.Quality[conn.Server].ZeroWindow == 0 {
		return
	}
	for r := range conn.Role(2) {
		s, ok := c.Stall(r)
		shut := s.Until.Sub(s.Since)
		if !ok || shut < p.Config.ZeroWindow {
			continue
		}
		sender := r.Peer()
		fin := &c.FIN[sender]
		v := model.Verdict{
			Side: r, Took: took(shut, conn.ExactBound),
			Frames: []int64{s.Frame, s.Probe, s.EndFrame, s.Resumed},
		}
		found := windowStall{of: r, shut: shut, probes: int64(s.Probes)}
		switch {
		case s.EndFrame == 0 && !fin.Known:
			v.Took.Bound, found.then = conn.AtLeast, stayedShut
		case s.EndFrame == 0:
			v.Took.Bound, found.then = conn.AtLeast, stayedShutWithFIN
		case fin.Known && fin.Frame > s.EndFrame && fin.Time.Sub(s.Until) <= finBehind:
			found.then, found.fin = finFollowed, fin.Time.Sub(s.Until)
			v.Frames = append(v.Frames, fin.Frame)
		}
		p.Report(found, v)
	}
}

// afterStall is what came of a window that was 0.
type afterStall uint8

const (
	reopened          afterStall = iota
	stayedShut                   // and no FIN was seen
	stayedShutWithFIN            // of the sender
	finFollowed                  // soon after the window opened
)

// windowStall is a window of 0 that held payload back.
type windowStall struct {
	of     conn.Role
	shut   time.Duration
	probes int64
	then   afterStall
	fin    time.Duration // from the opening to the FIN; valid iff finFollowed
}

func (f windowStall) Message() string {
	text := fmt.Sprintf("the %s had no room for more (its window was 0) for %s while the %s had payload waiting", f.of, span(f.shut), f.of.Peer())
	if f.probes > 0 {
		text += fmt.Sprintf(" and asked for room %s", times(f.probes))
	}
	switch f.then {
	case stayedShut:
		text += fmt.Sprintf("; it never opened again, and a FIN behind that payload would not show: the %s may be in FIN-WAIT-1", f.of.Peer())
	case stayedShutWithFIN:
		text += "; it never opened again"
	case finFollowed:
		text += fmt.Sprintf("; the %s's FIN came %s after the window opened and may have waited too, in FIN-WAIT-1 unseen", f.of.Peer(), span(f.fin))
	}
	return text
}

func (f windowStall) Advice() string {
	return fmt.Sprintf("Let the %s's program read what it was sent, or close.", f.of)
}
