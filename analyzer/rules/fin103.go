package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// fin103 reports FINs that were repeated in vain: nobody acknowledged them, or
// somebody did and the sender went on all the same.
var fin103 = &model.Rule{
	ID:       "FIN103",
	Name:     "fin-unacknowledged",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "a FIN was repeated and never acknowledged, or repeated although it was",
		Text: `A FIN is retransmitted like data until it is acknowledged. Where no acknowledgment was captured, the
peer or the path to it is gone: the sender stays in FIN-WAIT-1 or LAST-ACK until it gives up, after tcp_orphan_retries
(about 102 s) if its program has closed the socket, else after tcp_retries2 (about 925 s), and then its socket vanishes without a
segment. Where an acknowledgment was captured and the FIN is repeated all the same, the acknowledgment was lost between
the capture and the sender, or the sender's host threw it away: a firewall that had already forgotten the connection does that.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
1.000 A FIN,ACK
1.200 A FIN,ACK seq 1
1.600 A FIN,ACK seq 1
2.400 A FIN,ACK seq 1
9.000 end`,
		Confirm: "On the host that repeats itself: ss -tno state fin-wait-1 (or last-ack) shows timer:(on,…,retries); nstat -az TcpExtTCPTimeouts TcpExtTCPAbortOnTimeout counts; with a firewall, conntrack -L -p tcp shows whether it still knows the connection.",
		Change: `Where the peer is gone nothing needs to change; tcp_orphan_retries bounds how long the socket stays. Where acknowledgments arrive and
are thrown away, mend the firewall rule or its timeouts for closing connections.`,
		Harmless: "When one acknowledgment was lost and the next was taken.",
		Source:   "RFC 9293 §3.8.1 and §3.8.3, RFC 6298 §5; Linux tcp_write_timeout() and tcp_orphan_retries() in net/ipv4/tcp_timer.c",
	},
	Check:    checkFINUnacknowledged,
	Disorder: true,
	Doubts:   unseen(captureGap, packetsMissing),
}

func checkFINUnacknowledged(p *model.Pass) {
	c := p.Conn
	for r := range conn.Role(2) {
		f := &c.FIN[r]
		if f.Retransmissions < p.Config.FINRetransmits {
			continue
		}
		last, denied := c.FINRepeats(r)
		if last == nil || bare(c) {
			continue
		}
		v := model.Verdict{Side: r, Frames: []int64{f.Frame, f.ACKFrame, last.Frame}}
		found := finRepeated{by: r}
		over := last.Time.Sub(f.Time)
		switch {
		case denied > 0:
			found.acknowledged, found.times = true, int64(denied)
			found.over, found.rest = f.ACKTime.Sub(f.Time), last.Time.Sub(f.ACKTime)
			v.Took = took(over, conn.ExactBound)
		case !f.Acked && !(c.RST.Known && c.RST.By == r.Peer() && c.RST.Frame > f.Frame):
			found.times, found.over, found.rest = f.Retransmissions+1, over, c.Until.Sub(last.Time)
			v.Took = took(c.Until.Sub(f.Time), conn.AtLeast)
			if found.rest < minRTO && f.Retransmissions == p.Config.FINRetransmits {
				v.Severity = model.Info // no time was left for an answer to the copy that makes it count
			}
		default:
			continue
		}
		p.Report(found, v)
	}
}

// finRepeated is a FIN that was repeated in vain: times are all copies, over is from
// the first to the last and rest from that to the end of observation; but of one that
// was acknowledged, times are the repetitions behind that, over is from the FIN to
// its ACK and rest from that to the last copy.
type finRepeated struct {
	by           conn.Role
	acknowledged bool
	times        int64
	over, rest   time.Duration
}

func (f finRepeated) Message() string {
	if f.acknowledged {
		return fmt.Sprintf("the %s's FIN was acknowledged after %s, and the %s repeated it %s, the last time %s later: acknowledgments did not reach it",
			f.by, span(f.over), f.by, times(f.times), span(f.rest))
	}
	end := "with the last"
	if f.rest > 0 {
		end = span(f.rest) + " after the last"
	}
	return fmt.Sprintf("the %s sent its FIN %s in %s and the %s never acknowledged it; observation ended %s",
		f.by, times(f.times), span(f.over), f.by.Peer(), end)
}

func (f finRepeated) Advice() string {
	if f.acknowledged {
		return fmt.Sprintf("Look for loss, or for a firewall that drops acknowledgments, between the capture and the %s.", f.by)
	}
	return fmt.Sprintf("Find out whether the %s's host, or the path to it, was gone.", f.by.Peer())
}
