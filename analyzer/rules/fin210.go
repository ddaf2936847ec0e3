package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// fin210 reports connections that both sides closed without knowing of each
// other.
var fin210 = &model.Rule{
	ID:       "FIN210",
	Name:     "simultaneous-close",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "both sides closed, neither knowing of the other's FIN",
		Text: `Each side's first FIN was sent before the other's had arrived: they crossed, or the earlier one was lost on its
way. An end that gets the peer's FIN before the acknowledgment of its own goes through CLOSING, and both end in TIME-WAIT. Usually
both had the same reason to close at the same time: the end of an exchange that both knew, or equal idle timeouts.`,
		Script: `0.000 A SYN
0.050 B SYN,ACK
0.051 A ACK
1.000 A FIN,ACK
1.010 B FIN,ACK seq 1 ack 1
1.011 A ACK
1.060 B ACK`,
		Confirm:  "ss -tn state closing shows the state while it lasts, which is about a round trip; ss -tan state time-wait shows both ends later.",
		Change:   "Nothing. Where both sides close at the same idle time, let the client's be shorter, so that no request crosses the server's FIN.",
		Harmless: "Always.",
		Source:   "RFC 9293 §3.6 case 3 and Figure 13 (simultaneous close); Linux tcp_fin() in net/ipv4/tcp_input.c",
	},
	Check:  checkSimultaneousClose,
	Doubts: []model.Doubt{oneDirection, packetsMissing},
}

func checkSimultaneousClose(p *model.Pass) {
	c := p.Conn
	if c.FirstCloser != conn.BothRoles {
		return
	}
	first := conn.Client
	if c.FIN[conn.Server].Frame < c.FIN[conn.Client].Frame {
		first = conn.Server
	}
	a, b := &c.FIN[first], &c.FIN[first.Peer()]
	apart := b.Time.Sub(a.Time)
	f := simultaneousClose{first: first, apart: apart, lost: apart > c.Allowance(first.Peer())}
	for r := range conn.Role(2) {
		f.closing[r] = slices.ContainsFunc(c.States(r), func(s conn.Stay) bool { return s.State == tcpstate.Closing })
	}
	p.Report(f, model.Verdict{
		Side:   conn.NoRole,
		Frames: []int64{a.Frame, b.Frame, a.ACKFrame, b.ACKFrame},
		Took:   took(apart, conn.ExactBound),
	})
}

// simultaneousClose is two FINs that know nothing of each other.
type simultaneousClose struct {
	first   conn.Role // whose FIN was captured first
	apart   time.Duration
	lost    bool    // the first was lost on its way, so late was the second
	closing [2]bool // who went through CLOSING
}

func (f simultaneousClose) Message() string {
	text := fmt.Sprintf("the FINs crossed: neither acknowledges the other; the %s's was captured %s before the %s's", f.first, span(f.apart), f.first.Peer())
	if f.lost {
		text = fmt.Sprintf("neither FIN acknowledges the other: the %s's came %s after the %s's, which it had not taken in", f.first.Peer(), span(f.apart), f.first)
	}
	var closing []string
	for r, is := range f.closing {
		if is {
			closing = append(closing, "the "+conn.Role(r).String())
		}
	}
	if len(closing) > 0 {
		text += fmt.Sprintf("; %s went through CLOSING", strings.Join(closing, " and "))
	}
	return text
}

func (f simultaneousClose) Advice() string {
	return "Nothing needs to change for that: both sides may close at the same time."
}
