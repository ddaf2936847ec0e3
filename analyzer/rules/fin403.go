package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin403 reports handshakes that the client never completed.
var fin403 = &model.Rule{
	ID:       "FIN403",
	Name:     "half-open",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "SYN and SYN,ACK, and nothing more from the client",
		Text: `The server answered, and the client never said another word. The answer may not reach it: a firewall on the
way or on the client's host, a route back that leads elsewhere. Or the client is not interested, as in a scan or a SYN
flood with forged addresses. The server keeps such a request in SYN-RECEIVED and repeats its SYN,ACK (Linux: five times,
some 63 s).`,
		Script: `0.000 A SYN
0.010 B SYN,ACK lost
1.030 B SYN,ACK lost
3.050 B SYN,ACK lost
7.000 end`,
		Confirm: `On the server: ss -tn state syn-recv; nstat -az TcpExtTCPTimeouts TcpExtTCPReqQFullDoCookies. On the client: ss -tno
state syn-sent means that the answer does not reach it.`,
		Change:   "Find where the SYN,ACK is lost: capture at the client. Against floods: net.ipv4.tcp_syncookies.",
		Harmless: "Single scans; a client that gave up before a slow answer came.",
		Source:   "RFC 9293 §3.5, §3.10.7.4; RFC 4987 (SYN floods); net.ipv4.tcp_synack_retries",
	},
	Check: checkHalfOpen,
	Group: groupOpenings("were never completed: the SYN,ACK got no answer"),
	Doubts: []model.Doubt{
		oneDirection,
		gapMeanwhile,
		clockStep,
		{Caveat: conn.PacketsMissing, Why: "the capture lacks packets, perhaps the client's ACK"},
	},
}

func checkHalfOpen(p *model.Pass) {
	c := p.Conn
	if c.Close != conn.CloseHalfOpen {
		return
	}
	syns, frames := countOf(c, conn.Client, segment.SYN)
	answers, theirs := countOf(c, conn.Server, segment.SYN|segment.ACK)
	icmp := c.ICMP()
	first := c.First.Time
	if len(theirs) > 0 {
		if m := c.MarkOf(theirs[0]); m != nil {
			first = m.Time
		}
	}
	waited := c.Known(first, c.Until)
	soon, again := waited < p.Config.UnansweredSYN && icmp.Frame == 0, c.Ended == conn.EndReused
	if soon && !again {
		return // its ACK may have been on its way
	}
	v := model.Verdict{
		Side: conn.Client, Frames: append(append(frames, theirs...), icmp.Frame), Took: took(waited, conn.AtLeast),
	}
	if soon {
		v.Severity = model.Info
	}
	p.Report(halfOpen{syns, answers, waited, again, icmp}, v)
}

// halfOpen is a handshake that the client never completed.
type halfOpen struct {
	syns, answers int64
	waited        time.Duration // since the first SYN,ACK
	again         bool          // the client began anew from the same port
	icmp          conn.ICMP
}

func (f halfOpen) Message() string {
	return fmt.Sprintf("the client never completed the handshake: %s, %s in answer, and nothing more from the client in %s",
		several(f.syns, "SYN"), several(f.answers, "SYN,ACK"), span(f.waited)) + anew(f.again) + icmpWords(&f.icmp)
}

func (f halfOpen) Advice() string {
	return icmpAdvice(&f.icmp, "Capture at the client to see whether the SYN,ACK reaches it; if these come from many addresses, it is a SYN flood (net.ipv4.tcp_syncookies).")
}
