package rules

import (
	"fmt"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin308 reports resets that no other rule explains: nobody is left without a word.
var fin308 = &model.Rule{
	ID:       "FIN308",
	Name:     "unexplained-reset",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "a reset that no other rule explains",
		Text: `The connection ended by an RST, and the capture does not show why. A bare RST in answer to a segment means that whoever sent it had no socket for it: its program
had closed and the close was not captured, the host was restarted, or something on the path answered in its name. An RST with an ACK that does not stand at its
sender's next octet, or one that answers nothing, was made by something that does not know the connection well: a middlebox, or a program that
writes its own segments. The finding says what is known, and which causes remain.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 100
0.021 B ACK
0.050 A ACK len 100
0.051 B RST
1.000 end`,
		Confirm:  "Capture at both ends: who sent the RST? On the supposed sender: nstat -az TcpOutRsts TcpExtTCPAbortOnData TcpExtTCPAbortOnClose TcpExtTCPAbortOnTimeout before and after, and its program's log.",
		Change:   "Nothing before the cause is known.",
		Harmless: "When both sides had all that they wanted from each other.",
		Source:   "RFC 9293 §3.5.2 (reset generation), §3.5.3 (reset processing)",
	},
	Requires: []*model.Rule{
		fin201, fin203, fin204, fin207, fin208, fin211, fin212, fin301, fin302, fin304, fin305, fin306, fin307,
	},
	Check:    checkUnexplained,
	Disorder: true,
	Doubts: []model.Doubt{
		{Caveat: conn.OneDirection, Why: "only one direction was captured"},
		{Caveat: conn.ControlOnly, Why: "only SYN, FIN and RST segments were captured"},
		packetsMissing,
	},
}

func checkUnexplained(p *model.Pass) {
	c := p.Conn
	rst := c.MarkOf(c.RST.Frame)
	if !c.RST.Ended || rst == nil || c.Close != conn.CloseReset && c.Close != conn.CloseResetAfterFIN || abandoned(c) != nil {
		return
	}
	if p.Found() || slices.ContainsFunc(c.Marks, func(m conn.Mark) bool { return m.Frame <= rst.Frame && oddities[m.Flags] != "" }) {
		return // what has flags that no TCP sends is reset as it may be (FIN501)
	}
	by := c.RST.By
	f := unexplained{by: by, kind: c.RST.Kind, closed: c.FIN[by].Known, late: c.Caveats.Has(conn.MidStreamStart)}
	v := model.Verdict{Side: by, Frames: []int64{rst.Frame, c.RST.ReplyTo}}
	if f.late && c.Payload[0]+c.Payload[1] == 0 {
		v.Severity = model.Info
	}
	f.find(c, rst)
	p.Report(f, v)
}

// unexplained is a reset of which only the form is known.
type unexplained struct {
	by     conn.Role
	kind   conn.RSTKind
	closed bool // its sender had sent a FIN before
	late   bool // the capture began in mid-stream

	before trigger       // what went before
	of     conn.Role     // whose that was
	size   int64         // its payload
	after  time.Duration // from that to the reset
}

// trigger is what stands before a reset.
type trigger uint8

const (
	nothingBefore trigger = iota
	synBefore
	payloadBefore
	finBefore
	probeBefore
	ackBefore
	anyBefore // it is not what the reset answers
)

// find notes what went before reset rst: what it answers, else the last segment.
func (f *unexplained) find(c *conn.Conn, rst *conn.Mark) {
	m := c.MarkOf(c.RST.ReplyTo)
	switch {
	case m == nil:
		for i := range c.Marks {
			if o := &c.Marks[i]; o.Frame < rst.Frame {
				m, f.before = o, anyBefore
			}
		}
		if m == nil {
			return
		}
	case m.Has(segment.SYN):
		f.before = synBefore
	case m.Is(conn.Probe):
		f.before = probeBefore
	case m.HasPayload():
		f.before = payloadBefore
	case m.Has(segment.FIN):
		f.before = finBefore
	default:
		f.before = ackBefore
	}
	f.of, f.size, f.after = conn.Role(m.Side), int64(m.Len), rst.Time.Sub(m.Time)
}

func (f unexplained) Message() string {
	context := ""
	switch f.before {
	case synBefore:
		context = fmt.Sprintf(", %s after a SYN of the %s", span(f.after), f.of)
	case payloadBefore:
		context = fmt.Sprintf(", %s after %s of the %s", span(f.after), octets(f.size), f.of)
	case finBefore:
		context = fmt.Sprintf(", %s after a FIN of the %s", span(f.after), f.of)
	case probeBefore:
		context = fmt.Sprintf(", %s after a probe of the %s, which asks whether the connection is still there", span(f.after), f.of)
	case ackBefore:
		context = fmt.Sprintf(", %s after an ACK of the %s", span(f.after), f.of)
	case anyBefore:
		context = fmt.Sprintf(", %s after the last segment, the %s's", span(f.after), f.of)
	}
	return fmt.Sprintf("an RST in the %s's name ended the connection%s, and nothing that was captured says why: %s", f.by, context, f.remaining())
}

// remaining names the causes that the reset's form leaves open.
func (f unexplained) remaining() string {
	switch {
	case f.late:
		return "its cause may lie before the capture began"
	case f.closed && f.before == synBefore:
		return fmt.Sprintf("the %s had closed and given up while the %s still repeated its SYN,ACK: its accept queue was full, or what the %s sent was lost on the way", f.by, f.of, f.by)
	case f.closed:
		return fmt.Sprintf("the %s had closed before, and its kernel no longer had the socket, or something on the path answered for it", f.by)
	case f.before == probeBefore:
		return fmt.Sprintf("the %s's host no longer knew the connection (it was restarted, or its program had closed unseen), or something on the path (a balancer, a NAT gateway, a firewall) had forgotten it", f.by)
	case f.kind == conn.RSTReply:
		return fmt.Sprintf("the %s had no socket for what it answers (its program had closed unseen, or its host was restarted), or something on the path answered for it", f.by)
	case f.kind == conn.RSTAbort:
		return fmt.Sprintf("the %s's program aborted, or its kernel gave the connection up (a timeout, no memory)", f.by)
	}
	return fmt.Sprintf("it does not stand where the %s's next octet would: something on the path sent it, or segments before it were not captured", f.by)
}

func (f unexplained) Advice() string {
	return fmt.Sprintf("Capture at the %s too: if it sent no RST, something on the path did; if it did, its program's log and nstat -az (TcpExtTCPAbort*) say why.", f.by)
}
