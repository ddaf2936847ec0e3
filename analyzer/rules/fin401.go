package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin401 reports SYNs that nobody answered.
var fin401 = &model.Rule{
	ID:       "FIN401",
	Name:     "unanswered-syn",
	Severity: model.Warning,
	Doc: model.Doc{
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
	Check:  checkUnansweredSYN,
	Group:  groupOpenings("got no answer"),
	Doubts: []model.Doubt{oneDirection, gapMeanwhile, clockStep},
}

func checkUnansweredSYN(p *model.Pass) {
	c := p.Conn
	if c.Close != conn.CloseUnanswered {
		return
	}
	waited := c.Known(c.First.Time, c.Until)
	icmp := c.ICMP()
	soon, again := waited < p.Config.UnansweredSYN && icmp.Frame == 0, c.Ended == conn.EndReused
	if soon && !again {
		return // an answer may have been on its way
	}
	n, frames := countOf(c, conn.Client, segment.SYN)
	v := model.Verdict{Side: conn.Server, Frames: append(frames, icmp.Frame), Took: took(waited, conn.AtLeast)}
	if soon || n == 1 && icmp.Frame == 0 {
		v.Severity = model.Info // a scan, a client that had no time
	}
	p.Report(unanswered{n, c.Last.Time.Sub(c.First.Time), waited, again, c.AnsweredElsewhere(), icmp}, v)
}

// unanswered is SYNs that got no answer.
type unanswered struct {
	syns   int64
	during time.Duration // from the first SYN to the last
	waited time.Duration // from the first to the end of observation
	again  bool          // which ended since the client began anew from the same port
	other  bool          // an answer came from another address
	icmp   conn.ICMP
}

func (f unanswered) Message() string {
	what := "the client's only SYN"
	if f.syns > 1 {
		what = fmt.Sprintf("the client's %d SYNs, the last %s after the first,", f.syns, span(f.during))
	}
	return fmt.Sprintf("%s had no answer%s in %s%s", what, f.elsewhere(), span(f.waited), anew(f.again)) + icmpWords(&f.icmp)
}

func (f unanswered) elsewhere() string {
	if f.other {
		return " from the address that was asked"
	}
	return ""
}

// anew says that the client did not wait on.
func anew(again bool) string {
	if again {
		return "; then the client began anew from the same port"
	}
	return ""
}

func (f unanswered) Advice() string {
	if f.other {
		return fromElsewhere{}.Advice()
	}
	const repeated = 3 * time.Second // a kernel repeats a SYN after 1 s
	if f.syns == 1 && f.waited > repeated && f.icmp.Frame == 0 {
		return "Nothing needs to change if that was a scan, or a client that gave up at once: a kernel repeats its SYN after 1 s. Else look for what drops the SYN or its answer."
	}
	return icmpAdvice(&f.icmp, "Look for what drops the SYN or its answer: a firewall, a wrong route, a full accept queue (ss -ltn). Capture at the server to see whether it arrives.")
}

// countOf counts the segments of r with flags f, and returns the frames of the
// first few.
func countOf(c *conn.Conn, r conn.Role, f segment.Flags) (n int64, frames []int64) {
	const few = 8
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.By(r) || !m.Has(f) || m.Bits&conn.Duplicate != 0 {
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

// icmpWords says what an ICMP error said; nothing where none was captured.
func icmpWords(e *conn.ICMP) string {
	if e.Frame == 0 {
		return ""
	}
	return fmt.Sprintf("; %s reported %q by ICMP", e.From.IP(), e.String())
}

// icmpAdvice asks who sent an ICMP error; without one it is other.
func icmpAdvice(e *conn.ICMP, other string) string {
	if e.Frame == 0 {
		return other
	}
	return fmt.Sprintf("Ask why %s answers with %q: a route, a firewall that rejects, or a host that is down.", e.From.IP(), e.String())
}

// groupOpenings words FIN401, FIN402 and FIN403; what is what became of each.
func groupOpenings(what string) func(*model.Group) (message, advice string) {
	return func(g *model.Group) (message, advice string) {
		clients := fmt.Sprintf("%d clients", g.Clients)
		switch {
		case !g.ClientsExact:
			clients = "about " + clients
		case g.Clients == 1:
			clients = "one client"
		}
		message = fmt.Sprintf("%d attempts to connect from %s, over %s, %s.", g.Connections, clients, span((g.Began.High - g.Began.Low).Duration()), what)
		const many, fast = 50, 20 // clients, and attempts a second
		if during := (g.Began.High - g.Began.Low).Duration().Seconds(); g.Clients >= many && float64(g.Connections) >= fast*during {
			message += " So many at once, from so many addresses, look like a SYN flood."
		}
		return message, ""
	}
}
