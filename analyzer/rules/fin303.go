package rules

import (
	"fmt"
	"strconv"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin303 reports SYNs on a 4-tuple of which an end was still in TIME-WAIT.
var fin303 = &model.Rule{
	ID:       "FIN303",
	Name:     "time-wait-reuse",
	Severity: model.Info,
	Doc: model.Doc{
		Title: "a new SYN on addresses and ports of which an end was still in TIME-WAIT, and what became of it",
		Text: `The end that closed first keeps the pair of addresses and ports in TIME-WAIT, so that stray segments of the old
connection find no new one. A client that has used up its ports, or that binds one, comes back sooner. Linux takes the SYN if its
sequence number or its timestamp is greater than the old connection's last; else it answers with an acknowledgment of the old
connection, the client's kernel resets that, and the SYN is taken when it is repeated a second later. Where something in between
changes sequence numbers or timestamps, or a firewall remembers the old connection, it may be refused or ignored instead.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
1.000 B FIN,ACK
1.001 A FIN,ACK
1.011 B ACK
isn A 5000
3.000 A SYN
3.010 B SYN,ACK
3.011 A ACK
3.500 end`,
		Confirm: "On the end that closed first: ss -tan state time-wait; nstat -az TcpExtTWRecycled TcpExtTW TcpExtPAWSActive; on the client: sysctl net.ipv4.tcp_tw_reuse net.ipv4.ip_local_port_range.",
		Change: `Keep connections and use them again rather than opening many; let the client close first, so that TIME-WAIT stands where ports are chosen;
widen ip_local_port_range or use more addresses. TIME-WAIT is not what to shorten.`,
		Harmless: "When the SYN was accepted, as it nearly always is.",
		Source:   "RFC 9293 §3.6.1 (MAY-2), RFC 6191 §2; Linux tcp_timewait_state_process() in net/ipv4/tcp_minisocks.c",
	},
	Check:  checkTimeWaitReuse,
	Doubts: []model.Doubt{oneDirection, packetsMissing},
}

func checkTimeWaitReuse(p *model.Pass) {
	c := p.Conn
	prior, ok := c.Prior()
	age := c.First.Time.Sub(prior.Since)
	if !ok || age > p.Config.TimeWait {
		return
	}
	v := model.Verdict{Side: conn.NoRole, Took: took(age, conn.ExactBound)}
	for r := range conn.Role(2) {
		if prior.Waiting[r] && !prior.Waiting[r.Peer()] {
			v.Side = r
		}
	}
	challenge, answer := answers(c)
	early := c.Until.Sub(c.First.Time) < p.Config.UnansweredSYN
	if answer != nil && answer.Has(segment.RST) || answer == nil && (challenge != nil || !early) {
		v.Severity = model.Warning
	}
	v.Frames = []int64{prior.Frame, c.First.Frame, frameOf(challenge), frameOf(answer)}
	f := reuse{age: age, holder: v.Side, stream: prior.Stream}
	f.fate, f.later = fateOf(c, challenge, answer, early)
	p.Report(f, v)
}

// fate is what became of a SYN that found an end in TIME-WAIT.
type fate uint8

const (
	accepted           fate = iota
	acceptedWhenAgain       // answered with an ACK of the old connection first
	refusedSYN              // with an RST
	challenged              // answered with an ACK of the old connection, and never accepted
	unansweredTooEarly      // observation ended before it had to be answered
	ignored
)

// reuse is a SYN on addresses and ports of which an end was in TIME-WAIT.
type reuse struct {
	age    time.Duration // of that end in TIME-WAIT
	holder conn.Role     // who was there; NoRole for both
	stream uint32        // of the old connection
	fate   fate
	later  time.Duration // how long after the SYN
}

func (f reuse) Message() string {
	holder := "both ends"
	if f.holder <= conn.Server {
		holder = "the " + f.holder.String()
	}
	return "the SYN came " + span(f.age) + " after " + holder + " had entered TIME-WAIT on the same addresses and ports (stream " +
		strconv.FormatUint(uint64(f.stream), 10) + "): " + f.became()
}

// became says what became of the SYN.
func (f *reuse) became() string {
	switch f.fate {
	case refusedSYN:
		return fmt.Sprintf("it was refused %s later", span(f.later))
	case acceptedWhenAgain:
		return fmt.Sprintf("it was answered with an ACK of the old connection and accepted %s later, when it was repeated", span(f.later))
	case accepted:
		return "it was accepted"
	case challenged:
		return "it was answered with an ACK of the old connection and never accepted"
	case unansweredTooEarly:
		return "it had no answer yet when observation ended"
	}
	return fmt.Sprintf("it was ignored; observation ended %s later", span(f.later))
}

func (f reuse) Advice() string { return "Use connections again, or give the client more ports." }

// frameOf returns the frame of a segment, 0 where there is none.
func frameOf(m *conn.Mark) int64 {
	if m == nil {
		return 0
	}
	return m.Frame
}

// fateOf finds what became of the SYN, and how long after it; early is that
// observation ended before it had to be answered.
func fateOf(c *conn.Conn, challenge, answer *conn.Mark, early bool) (fate, time.Duration) {
	switch {
	case answer != nil && answer.Has(segment.RST):
		return refusedSYN, answer.Time.Sub(c.First.Time)
	case answer != nil && challenge != nil:
		return acceptedWhenAgain, answer.Time.Sub(c.First.Time)
	case answer != nil:
		return accepted, answer.Time.Sub(c.First.Time)
	case challenge != nil:
		return challenged, challenge.Time.Sub(c.First.Time)
	case early:
		return unansweredTooEarly, c.Until.Sub(c.First.Time)
	}
	return ignored, c.Until.Sub(c.First.Time)
}

// answers finds what the server said to the SYN: an ACK that belongs to the old
// connection, if any, and the SYN,ACK or RST.
func answers(c *conn.Conn) (challenge, answer *conn.Mark) {
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.By(conn.Server) || m.Is(conn.Duplicate) {
			continue
		}
		if m.Flags.Any(segment.SYN | segment.RST) {
			return challenge, m
		}
		if challenge == nil {
			challenge = m
		}
	}
	return challenge, nil
}
