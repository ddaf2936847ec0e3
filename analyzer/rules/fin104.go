package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

// fin104 reports teardowns that took long, and the state that took the time.
var fin104 = &model.Rule{
	ID:       "FIN104",
	Name:     "slow-teardown",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "the teardown took long, and which state took the time",
		Text: `From the first FIN to the acknowledgment of the second, or to the RST that came instead, more time
went by than closing needs. Time in CLOSE-WAIT is the application's: it had been told of the end of its input and had
not closed. The other end spends the same time in FIN-WAIT-2. Time in FIN-WAIT-1, CLOSING or LAST-ACK is the network's or the peer
kernel's: a FIN or its acknowledgment was lost, or delayed; up to 40 ms are the delayed acknowledgment of Linux.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
1.000 A FIN,ACK
1.040 B ACK
6.000 B FIN,ACK
6.001 A ACK`,
		Confirm:  "On the host in CLOSE-WAIT: ss -tnp state close-wait names the process; on the other: ss -tno state fin-wait-2.",
		Change:   "Let the side that stayed in CLOSE-WAIT close as soon as it reads the end of its input; for lost FINs, mend the path.",
		Harmless: "When the side in CLOSE-WAIT had more to say: payload that flowed on and was taken in makes this information.",
		Source:   "RFC 9293 §3.6 (closing a connection), Figures 5 and 12; Linux tcp_fin() in net/ipv4/tcp_input.c",
	},
	Check:  checkSlowTeardown,
	Doubts: []model.Doubt{oneDirection, captureGap, packetsMissing, clockStep},
}

// closingStates are those that a teardown passes through, the first to blame
// first: FIN-WAIT-2 only mirrors the other end's CLOSE-WAIT.
var closingStates = [...]tcpstate.State{
	tcpstate.CloseWait, tcpstate.FinWait1, tcpstate.LastAck, tcpstate.Closing, tcpstate.FinWait2,
}

func checkSlowTeardown(p *model.Pass) {
	c := p.Conn
	if !c.HasTeardown || c.Teardown < p.Config.SlowTeardown {
		return
	}
	v := model.Verdict{Side: conn.NoRole, Took: took(c.Teardown, conn.ExactBound)}
	f := slowTeardown{took: c.Teardown}
	if r, s := slowest(c); s != nil {
		v.Side, f.in, f.state, f.stayed = r, r, s.State, min(s.For, c.Teardown)
	}
	for r := range conn.Role(2) {
		v.Frames = append(v.Frames, c.FIN[r].Frame, c.FIN[r].ACKFrame)
		if c.FIN[r].Implied {
			v.Took.Bound = conn.AtLeast
		}
		last, _ := c.FINRepeats(r)
		if n := c.FIN[r].Retransmissions; n > 0 && last != nil && last.Time.Sub(c.FIN[r].Time) >= c.Teardown/2 {
			f.repeated, f.copies, f.over = true, n+1, last.Time.Sub(c.FIN[r].Time)
			f.of = r
			v.Frames = append(v.Frames, last.Frame)
		}
	}
	if c.RST.Ended {
		v.Frames = append(v.Frames, c.RST.Frame)
	}
	if _, _, f.taken = c.AfterFIN(); f.taken > 0 {
		v.Severity = model.Info
	}
	p.Report(f, v)
}

// slowTeardown is a teardown, and the longest stay of an end in a state of it.
type slowTeardown struct {
	took   time.Duration
	in     conn.Role
	state  tcpstate.State // Unknown where there is no such stay
	stayed time.Duration
	taken  int64 // payload that was taken in meanwhile

	repeated bool // most of the time a FIN was sent again
	of       conn.Role
	copies   int64
	over     time.Duration // from the first copy to the last
}

func (f slowTeardown) Message() string {
	text := fmt.Sprintf("the teardown took %s", span(f.took))
	if f.state != tcpstate.Unknown {
		part := span(f.stayed)
		if part == span(f.took) {
			part = "all"
		}
		text += fmt.Sprintf(", %s of it with the %s in %s", part, f.in, f.state)
	}
	if f.repeated {
		text += fmt.Sprintf("; the %s sent its FIN %s, over %s", f.of, times(f.copies), span(f.over))
	}
	if f.taken > 0 {
		text += fmt.Sprintf("; meanwhile %s were sent and taken in", octets(f.taken))
	}
	return text
}

func (f slowTeardown) Advice() string {
	switch {
	case f.repeated:
		return fmt.Sprintf("Look for what loses the %s's FIN, or the acknowledgments of it.", f.of)
	case f.state == tcpstate.Unknown:
		return "Look for FINs or acknowledgments that the capture lacks."
	case f.taken > 0:
		return "Nothing needs to change if the half-close is meant; the payload took that time."
	case f.state == tcpstate.CloseWait:
		return fmt.Sprintf("Let the %s close when it reads the end of its input.", f.in)
	}
	return "Look for FINs or acknowledgments that were lost or repeated."
}

// slowest returns the longest stay in a closing state. One that comes earlier
// among closingStates is preferred unless another is a tenth longer.
func slowest(c *conn.Conn) (side conn.Role, longest *conn.Stay) {
	for _, state := range closingStates {
		for r := range conn.Role(2) {
			stays := c.States(r)
			for i := range stays {
				s := &stays[i]
				if s.State == state && (longest == nil || s.For > longest.For+longest.For/10) {
					side, longest = r, s
				}
			}
		}
	}
	return side, longest
}
