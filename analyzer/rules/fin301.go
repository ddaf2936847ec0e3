package rules

import (
	"fmt"
	"time"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/segment"
)

// fin301 reports connections that one side aborted for a reason of its own.
var fin301 = &analyzer.Rule{
	ID:       "FIN301",
	Name:     "abort",
	Severity: analyzer.Warning,
	Doc: analyzer.Doc{
		Title: "one side aborted: an RST,ACK with no cause on the wire",
		Text: `The RST carries an ACK and stands where its sender's next octet would: a live socket sent it, not a
kernel without one, and no segment of the peer asked for it. Two things do that. A program set SO_LINGER with time 0 and closed; or it closed
with payload unread in its receive buffer, which its kernel makes known to the peer by an RST. Payload that was still on its way to
the peer may be thrown away there, unread. Where the aborter had received no payload, only SO_LINGER 0 is left.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 200
0.060 B ACK
1.000 A RST,ACK`,
		Confirm: "On the aborter: nstat -az TcpExtTCPAbortOnClose (unread data) TcpExtTCPAbortOnData (SO_LINGER 0) before and after; strace -e trace=setsockopt,close shows SO_LINGER.",
		Change: `Read to the end before closing, or shut down and read what still comes; do not set SO_LINGER to 0 on connections whose
last payload matters.`,
		Harmless: "When the peer had closed already and everything was delivered (then it is information), and for clients that abort on purpose to avoid TIME-WAIT.",
		Source:   "RFC 9293 §3.10.5 (ABORT), §3.6.1 (SHLD-3); RFC 2525 §2.17; Linux __tcp_close() in net/ipv4/tcp.c",
	},
	Check:  checkAbort,
	Doubts: unseen(packetsMissing),
}

func checkAbort(p *analyzer.Pass) {
	c := p.Conn
	rst := aborting(c)
	if rst == nil || !opened(c) || provoked(c, rst) || misfit(c) != nil {
		return
	}
	a := c.RST.By
	peer := a.Peer()
	v := analyzer.Verdict{Side: a, Frames: []uint32{rst.Frame}}
	f := abort{by: a, received: c.Payload[peer], lost: unacknowledged(c, a, rst)}
	if said, heard := c.Talk(a), c.Talk(peer); f.received > 0 && heard.EndFrame > said.EndFrame {
		f.unanswered, f.received = true, heard.Bytes
		v.Frames = append(v.Frames, heard.EndFrame)
	}
	if c.FIN[peer].Known && rst.Covers(c.FIN[peer].Pos+1) && (a == reassembly.Client || f.lost <= 0) {
		v.Severity, f.late = analyzer.Info, true
	}
	p.Report(f, v)
}

// abort is a connection that one side aborted for a reason of its own.
type abort struct {
	by         reassembly.Role
	received   int64 // payload of the other side
	unanswered bool  // it had said nothing since the other side's last; of that is received
	lost       int64 // payload of its own that was not acknowledged
	late       bool  // the other side had closed before, and all that it sent had come
}

func (f abort) Message() string {
	peer := f.by.Peer()
	text := fmt.Sprintf("the %s aborted with an RST,ACK, and nothing on the wire asked for it: ", f.by)
	switch {
	case f.unanswered:
		text += fmt.Sprintf("SO_LINGER 0, or it closed with unread data (it had answered nothing since the %s's last %s)", peer, octets(f.received))
	case f.received == 0:
		text += "SO_LINGER 0, for it had received nothing that could be unread"
	default:
		text += fmt.Sprintf("SO_LINGER 0, or it closed without having read all that the %s had sent (%s)", peer, octets(f.received))
	}
	if f.lost > 0 {
		text += fmt.Sprintf("; %s of its own were not acknowledged", octets(f.lost))
	}
	if f.late {
		text += fmt.Sprintf("; the %s had closed before, and all that it sent had come", peer)
	}
	return text
}

func (f abort) Advice() string {
	if f.received == 0 && !f.unanswered {
		return fmt.Sprintf("Find out why the %s's program sets SO_LINGER to 0.", f.by)
	}
	return fmt.Sprintf("Let the %s read to the end before it closes, and not set SO_LINGER to 0.", f.by)
}

// unacknowledged returns how much payload of a its peer had not acknowledged when
// a aborted with rst, what never came to the capture included.
func unacknowledged(c *reassembly.Conn, a reassembly.Role, rst *reassembly.Mark) int64 {
	end := c.PayloadEnd(a)
	if !c.FIN[a].Known {
		end = max(end, rst.Seq)
	}
	return int64(end - c.Taken(a))
}

// aborting returns the reset with which the connection ended, if it is the end
// of a live socket. Where that was lost on its way, a reply to what the peer
// still sent may have followed; where the addresses and ports are used again, strays
// of the connection before may lead. What its sender sent last may not have reached
// the capture: then the reset stands ahead of it.
func aborting(c *reassembly.Conn) *reassembly.Mark {
	if !c.RST.Ended {
		return nil
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.Has(segment.RST) || !m.By(c.RST.By) || m.Bits&(reassembly.InWindow|reassembly.Exact) == 0 {
			continue
		}
		ahead := m.Seq > c.Sent(c.RST.By)
		if m.Has(segment.ACK) && (m.Is(reassembly.AtSndNxt) || ahead) && !m.Is(reassembly.RawZero) {
			return m
		}
		return nil
	}
	return nil
}

// opened reports whether both ends were connected, as far as the capture tells.
func opened(c *reassembly.Conn) bool {
	switch c.Handshake {
	case reassembly.HandshakeComplete, reassembly.HandshakeSimultaneous:
		return true
	case reassembly.HandshakeNotCaptured:
		var live [2]bool
		for i := range c.Marks {
			m := &c.Marks[i]
			live[m.Side] = live[m.Side] || m.Has(segment.ACK) && !m.Flags.Any(segment.RST|segment.SYN)
		}
		return live[reassembly.Client] && live[reassembly.Server]
	}
	return false
}

// provoked reports whether something on the wire caused reset rst: payload that
// came when its sender had closed, or a peer that had fallen silent.
func provoked(c *reassembly.Conn, rst *reassembly.Mark) bool {
	a := reassembly.Role(rst.Side)
	fin := &c.FIN[a]
	asked, since := 0, rst.Time
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Frame >= rst.Frame:
			return asked >= 2 && rst.Time.Sub(since) > time.Second
		case !m.By(a):
			asked = 0
			if fin.Known && m.Frame > fin.Frame && m.HasPayload() && !rst.Covers(m.End()) {
				return true
			}
		case m.HasPayload() || m.Is(reassembly.Probe) || m.Has(segment.FIN):
			if asked == 0 {
				since = m.Time
			}
			asked++
		}
	}
	return false
}
