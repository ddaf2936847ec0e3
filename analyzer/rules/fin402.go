package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin402 reports connections that were refused.
var fin402 = &model.Rule{
	ID:       "FIN402",
	Name:     "refused",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "the SYN was answered by an RST",
		Text: `Nobody listens on that address and port, or a firewall rejects the connection in the host's name. The
application hears "connection refused" at once.`,
		Script: `0.000 A SYN
0.010 B RST,ACK seq 0 ack 1
1.000 end`,
		Confirm:  "On the server: ss -ltn shows who listens where; nstat -az TcpOutRsts counts the answers.",
		Change:   "Start the service, correct the address or port, or open the firewall. A service that listens on 127.0.0.1 only refuses everybody else.",
		Harmless: "Probes that look for a service before it has started; scans; clients that try IPv6 before IPv4.",
		Source:   "RFC 9293 §3.10.7.1, §3.10.7.3; Linux tcp_v4_send_reset() in net/ipv4/tcp_ipv4.c",
	},
	Check:  checkRefused,
	Group:  groupOpenings("were refused"),
	Doubts: []model.Doubt{oneDirection},
}

func checkRefused(p *model.Pass) {
	c := p.Conn
	if c.Close != conn.CloseRefused {
		return
	}
	n, frames := countOf(c, conn.Client, segment.SYN)
	after := c.RST.Time.Sub(c.First.Time)
	if m := c.MarkOf(c.RST.ReplyTo); m != nil {
		after = c.RST.Time.Sub(m.Time)
	}
	f := refused{n, after, c.Addr[conn.Server].Port, c.ICMP()}
	p.Report(f, model.Verdict{
		Side: conn.Server, Frames: append(frames, c.RST.Frame, f.icmp.Frame), Took: took(after, conn.ExactBound),
	})
}

// refused is a connection that was refused.
type refused struct {
	syns  int64
	after time.Duration // from the SYN that was answered to the RST
	port  uint16
	icmp  conn.ICMP
}

func (f refused) Message() string {
	text := fmt.Sprintf("the server refused the connection: an RST %s after the SYN", span(f.after))
	if f.syns > 1 {
		text += fmt.Sprintf(" (%s were sent)", several(f.syns, "SYN"))
	}
	return text + icmpWords(&f.icmp)
}

func (f refused) Advice() string {
	return icmpAdvice(&f.icmp, fmt.Sprintf("See what listens on port %d there (ss -ltn), and whether a firewall rejects it.", f.port))
}
