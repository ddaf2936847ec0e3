package rules

import (
	"fmt"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// fin306 reports resets that a host sent in answer to a segment of a connection
// that it had itself.
var fin306 = &model.Rule{
	ID:       "FIN306",
	Name:     "stray-segment-reset",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "a host answered an old segment of a living connection with an RST",
		Text: `A late or repeated segment met a bare RST, although its receiver had the connection and lived. The kernel that owns a socket never does that: it answers
what is old with an ACK. The segment reached no socket. Address translation does that: what conntrack calls INVALID, a segment outside
the window that it knows, is passed on untranslated, finds no socket under that address, and the host resets it; the RST is then translated and kills the
connection.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 100
0.030 B ACK len 1000
0.031 A ACK
0.040 B ACK len 1000
0.041 A ACK
0.050 B ACK seq 1 len 1000
0.051 A RST seq 101
0.060 B ACK len 1000
0.061 A ACK
1.000 end`,
		Confirm:  "On the host that translates: nstat -az TcpOutRsts on the resetting host; conntrack -S (invalid), nf_conntrack_log_invalid=6 logs the segments.",
		Change:   "Drop what is INVALID before it is delivered (iptables -m conntrack --ctstate INVALID -j DROP), or set net.netfilter.nf_conntrack_tcp_be_liberal=1.",
		Harmless: "When the other side took the RST for an old one and went on.",
		Source:   "RFC 9293 §3.5.2, §3.10.7.4 (an unacceptable segment is answered by an ACK); Linux nf_conntrack_proto_tcp.c, tcp_in_window()",
	},
	Check:    checkStraySegment,
	Disorder: true,
	Doubts:   unseen(packetsMissing),
}

// stray is a reset in answer to a segment that the socket of its sender would have
// answered with an ACK.
type stray struct {
	rst, old *conn.Mark
	proof    *conn.Mark // shows that the connection was alive at the reset's sender
	before   bool       // the proof had taken in what old carries
}

// straySegment finds the first such reset.
func straySegment(c *conn.Conn) (s stray, ok bool) {
	if !c.Reset() || !opened(c) || misfit(c) != nil {
		return s, false
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.Has(segment.RST) || m.Flags.Any(segment.ACK|segment.SYN) || m.Is(conn.Duplicate) {
			continue
		}
		r := conn.Role(m.Side)
		if f := &c.FIN[r]; f.Known && (f.Implied || f.Frame < m.Frame) {
			return s, false // it had closed: then there was no socket
		}
		s = stray{rst: m, old: answeredBy(c, i)}
		if s.old == nil {
			return s, false
		}
		for j := range c.Marks {
			o := &c.Marks[j]
			if !o.By(r) || o.Has(segment.RST) {
				continue
			}
			switch {
			case o.Frame < s.old.Frame && o.Covers(s.old.End()):
				s.proof, s.before = o, true
				return s, true
			case o.Frame > m.Frame && o.Has(segment.ACK) && o.Ack > s.old.Ack && o.Time.Sub(m.Time) > 0:
				s.proof = o
				return s, true
			}
		}
		return s, false
	}
	return s, false
}

// answeredBy returns the last payload before bare reset i whose ACK field is its
// sequence number, or nil.
func answeredBy(c *conn.Conn, i int) *conn.Mark {
	rst := &c.Marks[i]
	for j := i - 1; j >= 0; j-- {
		o := &c.Marks[j]
		if o.Side != rst.Side && o.Len > 0 && !o.Is(conn.Probe) && o.Has(segment.ACK) && o.Ack == rst.Seq {
			return o
		}
	}
	return nil
}

func checkStraySegment(p *model.Pass) {
	c := p.Conn
	s, ok := straySegment(c)
	if !ok {
		return
	}
	r := conn.Role(s.rst.Side)
	f := strayReset{by: r, killed: c.RST.Ended}
	if s.before {
		f.behind = int64(highest(c, r, s.old) - s.old.Seq)
	}
	v := model.Verdict{Side: r, Frames: []int64{s.old.Frame, s.rst.Frame, s.proof.Frame}}
	if !f.killed {
		v.Severity = model.Info
	}
	p.Report(f, v)
}

// strayReset is a reset of a host that had the connection itself.
type strayReset struct {
	by     conn.Role
	behind int64 // octets from the answered segment to what by had acknowledged; 0 where it was not old
	killed bool  // the connection ended by it
}

func (f strayReset) Message() string {
	what, then := "a segment", "the connection went on"
	if f.behind > 0 {
		what = fmt.Sprintf("an old segment, %s behind what it had acknowledged,", octets(f.behind))
	}
	if f.killed {
		then = "that reset ended the connection"
	}
	return fmt.Sprintf("the %s's host answered %s with a bare RST although its connection was alive: the segment reached no socket there (address translation passes on untranslated what conntrack calls invalid); %s",
		f.by, what, then)
}

func (f strayReset) Advice() string {
	return fmt.Sprintf("Drop invalid segments before they reach the %s, or set nf_conntrack_tcp_be_liberal=1 where addresses are translated.", f.by)
}

// highest returns how far r had acknowledged when segment m came.
func highest(c *conn.Conn, r conn.Role, m *conn.Mark) (end seqnum.Offset) {
	for i := range c.Marks {
		if o := &c.Marks[i]; o.Frame < m.Frame && o.By(r) && o.Has(segment.ACK) {
			end = max(end, o.Ack)
		}
	}
	return end
}
