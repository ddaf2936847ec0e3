package rules

import (
	"fmt"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/segment"
)

// fin402 reports connections that were refused.
var fin402 = &analyzer.Rule{
	ID:       "FIN402",
	Name:     "refused",
	Severity: analyzer.Warning,
	Doc: analyzer.Doc{
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
	Shows:  analyzer.FailedToOpen,
	Check:  checkRefused,
	Group:  groupOpenings("were refused"),
	Doubts: []analyzer.Doubt{oneDirection},
}

func checkRefused(p *analyzer.Pass) {
	c := p.Conn
	if c.Close != reassembly.CloseRefused {
		return
	}
	n, frames := countOf(c, reassembly.Client, segment.SYN)
	after := c.RST.Time.Sub(c.First.Time)
	if m := c.MarkOf(c.RST.ReplyTo); m != nil {
		after = c.RST.Time.Sub(m.Time)
	}
	message := fmt.Sprintf("the server refused the connection: an RST %s after the SYN", span(after))
	if n > 1 {
		message += fmt.Sprintf(" (%s were sent)", several(n, "SYN"))
	}
	advice := fmt.Sprintf("See what listens on port %d there (ss -ltn), and whether a firewall rejects it.", c.Addr[reassembly.Server].Port)
	icmp := c.ICMP()
	message, frames, advice = withICMP(&icmp, message, append(frames, c.RST.Frame), advice)
	p.Report(analyzer.Verdict{
		Side: reassembly.Server, Message: message, Frames: frames, Took: took(after, reassembly.ExactBound), Advice: advice,
	})
}
