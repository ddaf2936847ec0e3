package rules

import (
	"fmt"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/segment"
)

// fin401 reports SYNs that nobody answered.
var fin401 = &analyzer.Rule{
	ID:       "FIN401",
	Name:     "unanswered-syn",
	Severity: analyzer.Warning,
	Doc: analyzer.Doc{
		Title: "a SYN, and no answer",
		Text: `The client asked for a connection and nothing came back, not even a refusal. Usually a firewall drops the
SYN or the answer, the host is down or the route is wrong; or the server's accept queue is full, and Linux drops the SYN.
The client repeats it after 1 s, 2 s, 4 s … (Linux: six times, some two minutes) before its application hears of a timeout.`,
		Script: `0.000 A SYN lost
1.010 A SYN lost
3.020 A SYN lost
7.000 end`,
		Confirm: `On the client: ss -tno state syn-sent. On the server: nstat -az TcpExtListenDrops TcpExtListenOverflows, and
ss -ltn (Recv-Q is the length of the accept queue, Send-Q its limit).`,
		Change:   "Find who drops it: capture on both sides. A firewall that rejects instead of dropping saves the client the wait.",
		Harmless: "Scans of ports and addresses; a host that is known to be down.",
		Source:   "RFC 9293 §3.8.3 (R2 for SYNs); net.ipv4.tcp_syn_retries; Linux tcp_conn_request() in net/ipv4/tcp_input.c",
	},
	Shows:  analyzer.FailedToOpen,
	Check:  checkUnansweredSYN,
	Group:  groupOpenings("got no answer"),
	Doubts: []analyzer.Doubt{oneDirection, clockStep},
}

func checkUnansweredSYN(p *analyzer.Pass) {
	c := p.Conn
	if c.Close != reassembly.CloseUnanswered {
		return
	}
	waited := c.Until.Sub(c.First.Time)
	icmp := c.ICMP()
	if waited < p.Config.UnansweredSYN && icmp.Frame == 0 {
		return // an answer may have been on its way
	}
	n, frames := countOf(c, reassembly.Client, segment.SYN)
	message := fmt.Sprintf("%s of the client got no answer in %s", several(n, "SYN"), span(waited))
	if n > 1 {
		message = fmt.Sprintf("%s of the client in %s got no answer in %s", several(n, "SYN"), span(c.Last.Time.Sub(c.First.Time)), span(waited))
	}
	advice := "Look for what drops the SYN or its answer: a firewall, a wrong route, a full accept queue (ss -ltn). Capture at the server to see whether it arrives."
	message, frames, advice = withICMP(&icmp, message, frames, advice)
	p.Report(analyzer.Verdict{
		Side: reassembly.Server, Message: message, Frames: frames, Took: took(waited, reassembly.AtLeast), Advice: advice,
	})
}

// countOf counts the segments of r with flags f, and returns the frames of the
// first few.
func countOf(c *reassembly.Conn, r reassembly.Role, f segment.Flags) (n int64, frames []uint32) {
	const few = 8
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.By(r) || !m.Has(f) || m.Bits&reassembly.Duplicate != 0 {
			continue
		}
		n++
		if len(frames) < few {
			frames = append(frames, m.Frame)
		}
	}
	return n, frames
}

// several writes how many there were of something.
func several(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// withICMP adds what an ICMP error said, if one was captured.
func withICMP(e *reassembly.ICMP, message string, frames []uint32, advice string) (string, []uint32, string) {
	if e.Frame == 0 {
		return message, frames, advice
	}
	message += fmt.Sprintf("; %s reported %q by ICMP", e.From.IP(), e.String())
	advice = fmt.Sprintf("Ask why %s answers with %q: a route, a firewall that rejects, or a host that is down.", e.From.IP(), e.String())
	return message, append(frames, e.Frame), advice
}
