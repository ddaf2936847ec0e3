package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin305 reports connections that were lost while they were idle, which the next
// payload found out.
var fin305 = &model.Rule{
	ID:       "FIN305",
	Name:     "idle-reset",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "the first payload after a long silence met an RST although nobody had closed",
		Text: `Nobody had closed, as far as the capture shows, and for a while nobody spoke. The next payload met a bare RST: whoever sent
it knew no such connection. The peer's host was restarted, its kernel gave the connection up without a segment getting through, or
something on the path (a balancer, a NAT gateway, a firewall) had dropped the idle connection from its table and answers in the peer's name. Where the RST does
not fit its supposed sender FIN302 stands beside.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 100
0.030 B ACK len 300
0.031 A ACK
360.000 A ACK len 100
360.010 B RST
361.000 end`,
		Confirm: `Capture at the peer too: if the payload does not arrive there, something between answered. On the peer: uptime, and nstat -az
TcpExtTCPKeepAlive TcpExtTCPAbortOnTimeout. Known idle timeouts: AWS NLB 350 s, Azure 4 min, GCP 10 min.`,
		Change: `Send keep-alives more often than the shortest idle timeout on the path (TCP_KEEPIDLE), or let the pool close idle connections before
that; repeat requests that are safe to repeat.`,
		Harmless: "When the client repeats the request on a new connection by itself.",
		Source:   "RFC 9293 §3.5.1, §3.5.2; RFC 5382 REQ-5 (NAT timeouts); Linux tcp_v4_send_reset() in net/ipv4/tcp_ipv4.c",
	},
	Check:    checkIdleReset,
	Disorder: true,
	Doubts:   unseen(captureGap, packetsMissing, clockStep),
}

// forgotten is a connection that was lost in a silence.
type forgotten struct {
	request, rst *conn.Mark // what met the reset
	before       *conn.Mark // the last segment before the silence
	silence      time.Duration
}

// idleReset returns a reset that answers the first payload after a silence.
func idleReset(c *conn.Conn, threshold time.Duration) (f forgotten, ok bool) {
	if !c.RST.Ended || c.Close != conn.CloseReset || aborting(c) != nil {
		return f, false // it may have aborted before, unheard
	}
	by := c.RST.By
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Frame == c.RST.Frame:
			f.rst = m
			return f, !m.Has(segment.ACK) && f.request != nil && f.before != nil && f.silence >= threshold && opened(c)
		case m.By(by):
			f.request, f.before = nil, m
		case m.HasPayload() && f.request == nil:
			f.request = m
			if f.before != nil {
				f.silence = m.Time.Sub(f.before.Time)
			}
		case f.request == nil && !m.Has(segment.RST):
			f.before = m
		}
	}
	return f, false
}

func checkIdleReset(p *model.Pass) {
	c := p.Conn
	f, ok := idleReset(c, p.Config.IdleReset)
	if !ok {
		return
	}
	by := c.RST.By
	p.Report(lostWhileIdle{by, f.silence, f.rst.Time.Sub(f.request.Time)}, model.Verdict{
		Side:   by,
		Frames: []int64{f.before.Frame, f.request.Frame, f.rst.Frame},
		Took:   took(f.silence, conn.AtMost),
	})
}

// lostWhileIdle is a connection that one side, or the path, did not know any more.
type lostWhileIdle struct {
	by             conn.Role     // in whose name the RST came
	silence, after time.Duration // before the payload, and from there to the RST
}

func (f lostWhileIdle) Message() string {
	return fmt.Sprintf("after %s of silence, with the connection open on both sides, the %s's next payload met an RST in the %s's name %s later: the %s's host or something on the path (a balancer, a NAT gateway, a firewall) no longer knew the connection",
		span(f.silence), f.by.Peer(), f.by, span(f.after), f.by)
}

func (f lostWhileIdle) Advice() string {
	return fmt.Sprintf("Send keep-alives more often than every %s, or close idle connections sooner; find out what forgets them.", span(f.silence))
}
