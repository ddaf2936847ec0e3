package rules

import (
	"fmt"
	"strings"
	"time"

	"finwait/analyzer/exchange"
	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// fin301 reports connections that one side aborted for a reason of its own.
var fin301 = &model.Rule{
	ID:       "FIN301",
	Name:     "abort",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "one side aborted: an RST,ACK with no cause on the wire",
		Text: `The RST carries an ACK and stands where its sender's next octet would: a live socket sent it, not a
kernel without one, and no segment of the peer asked for it. Several things do that, and the segments do not tell them apart. A program closed
with payload unread in its receive buffer, which its kernel makes known to the peer by an RST; or it set SO_LINGER with time 0 and closed. A program closed its listener, and its
kernel resets the connections that nobody had accepted, all at one instant. Or an operator closed the socket (ss -K). Payload that was still on its way to
the peer may be thrown away there, unread. Where the aborter had answered all that it received, nothing can have been unread.`,
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
	Check:    checkAbort,
	Disorder: true,
	Doubts:   unseen(packetsMissing),
}

func checkAbort(p *model.Pass) {
	c := p.Conn
	rst := aborting(c)
	if rst == nil || !opened(c) || provoked(c, rst) || misfit(c) != nil {
		return
	}
	a := c.RST.By
	peer := a.Peer()
	if a == conn.Client && wordless(c) {
		return // FIN212 says all that there is to say
	}
	said, heard := lastPayload(c, a, rst), lastPayload(c, peer, rst)
	v := model.Verdict{Side: a, Frames: []int64{rst.Frame}}
	f := abort{by: a, listener: a == conn.Server && said == nil, lost: unacknowledged(c, a, rst), alert: alertWords(c), shut: shutAt(c, peer, rst)}
	if heard != nil && (said == nil || heard.Frame > said.Frame) {
		f.unread = max(int64(heard.End()-answeredUpTo(said)), int64(heard.Len))
		f.fresh = rst.Time.Sub(heard.Time) <= max(c.Allowance(a), minRTO)
		v.Frames = append(v.Frames, heard.Frame)
	} else if heard != nil && a == conn.Server {
		f.upload = c.Dialog.Last[peer].Bytes
	}
	if c.RST.Frame > rst.Frame {
		f.unheard = c.RST.Time.Sub(rst.Time)
		v.Frames = append(v.Frames, c.RST.Frame)
	}
	if s := p.Exchanges.SilenceBefore(rst); s.Length >= p.Config.IdleClose {
		f.silence = s.Length
	}
	f.late = c.FIN[peer].Known && rst.Covers(c.FIN[peer].Pos+1)
	f.goodbye = f.lost > 0 && p.Exchanges.LastWord(a, f.lost)
	f.settled = !f.shut && (f.lost <= 0 || f.goodbye) && !outstanding(p.Exchanges, rst, said, heard)
	if f.settled || f.late && (a == conn.Client || f.lost <= 0) {
		v.Severity = model.Info
	}
	p.Report(f, v)
}

// abort is a connection that one side aborted for a reason of its own.
type abort struct {
	by       conn.Role
	unread   int64 // payload of the other side that it had not answered
	fresh    bool  // that had only just come
	upload   int64 // payload of a client's last request, which a server that answered early may not have read to its end
	listener bool  // it is a server that had said nothing: nobody may have accepted the connection
	lost     int64 // payload of its own that was not acknowledged
	late     bool  // the other side had closed before
	goodbye  bool  // that was no more than a last word
	settled  bool  // no request was open, and all payload was acknowledged but for a last word

	shut    bool          // the other side had no room for payload that waited
	alert   string        // a fatal alert of TLS, in words
	silence time.Duration // before it, where that was long; else 0
	unheard time.Duration // from an RST that was lost on its way to the one that the peer met; else 0
}

// largeRequest is more than a server reads at once, before it answers.
const largeRequest = 4096

func (f abort) Message() string {
	peer := f.by.Peer()
	var causes []string
	causes = append(causes, "a close that asks for an RST (SO_LINGER 0)")
	if f.unread > 0 {
		causes = append(causes, fmt.Sprintf("a close with payload unread (it had answered nothing since the %s's last %s)", peer, octets(f.unread)))
	}
	if f.upload > largeRequest {
		causes = append(causes, fmt.Sprintf("an answer and a close before it had read all of the client's %s", octets(f.upload)))
	}
	if f.fresh || f.upload > largeRequest {
		causes[0], causes[1] = causes[1], causes[0]
	}
	if f.listener {
		causes = append(causes, "a listener that was closed before anybody accepted the connection")
	}
	silence := ""
	if f.silence > 0 {
		silence = fmt.Sprintf(" after %s of silence", span(f.silence))
	}
	text := fmt.Sprintf("the %s aborted with an RST,ACK%s, and nothing on the wire asked for it; the causes, the likeliest first: %s or an operator's ss -K", f.by, silence, strings.Join(causes, ", "))
	if f.lost > 0 {
		text += fmt.Sprintf("; %s of its own were not acknowledged", octets(f.lost))
		if f.goodbye {
			text += " (a last word that expects no answer)"
		}
	}
	if f.late {
		text += fmt.Sprintf("; the %s had closed before, and all that it sent had come", peer)
	}
	if f.shut {
		text += fmt.Sprintf("; payload of its own waited, for the %s had no room for more (its window was 0), and is lost", peer)
	}
	if f.alert != "" {
		text += "; " + f.alert
	}
	if f.unheard > 0 {
		text += fmt.Sprintf("; that RST did not reach the %s, which met another one %s later", peer, span(f.unheard))
	}
	switch {
	case f.settled && f.goodbye:
		text += "; no request was open"
	case f.settled:
		text += "; no request was open, and all payload was acknowledged"
	}
	return text
}

func (f abort) Advice() string {
	switch {
	case f.alert != "":
		return "Look into the alert first: TLS failed, and the reset only followed."
	case f.shut:
		return fmt.Sprintf("Find out why the %s did not read what came; the %s's timeout for sending may have ended the connection.", f.by.Peer(), f.by)
	case f.settled:
		lost := "Nothing was lost"
		if f.unread > 0 || f.upload > largeRequest {
			lost = fmt.Sprintf("Nothing is known to be lost but what the %s's program may not have read", f.by)
		}
		return fmt.Sprintf("%s; if the resets trouble somebody, let the %s read to the end and close with a FIN.", lost, f.by)
	case f.unread > 0:
		return fmt.Sprintf("Let the %s read to the end before it closes, and not set SO_LINGER to 0.", f.by)
	}
	return fmt.Sprintf("Find out why the %s's program ends connections with an RST: look for SO_LINGER in it first.", f.by)
}

// lastPayload returns the last payload of r that is remembered before segment m, or nil.
func lastPayload(c *conn.Conn, r conn.Role, m *conn.Mark) *conn.Mark {
	var last *conn.Mark
	for i := range c.Marks {
		if o := &c.Marks[i]; o.Frame < m.Frame && o.By(r) && o.HasPayload() && !o.Has(segment.RST) {
			last = o
		}
	}
	return last
}

// answeredUpTo returns how far a segment acknowledges the peer's payload; 1, the first octet,
// where there is no segment.
func answeredUpTo(sent *conn.Mark) seqnum.Offset {
	if sent == nil {
		return 1
	}
	return sent.Ack
}

// outstanding reports whether somebody still waited for something when reset rst came;
// sent and received are the last payload of its sender and of the peer.
func outstanding(of *exchange.Exchanges, rst, sent, received *conn.Mark) bool {
	if received != nil && !rst.Covers(received.End()) {
		return true // it was still on its way
	}
	client, server := sent, received
	if rst.By(conn.Server) {
		client, server = received, sent
	}
	if client == nil {
		return false // nothing was asked
	}
	if server == nil || client.Frame > server.Frame {
		return !of.LastWord(conn.Client, int64(client.Len))
	}
	if of.Conn.Dialog.Protocol != payload.HTTP1 || of.LooksWhole() {
		return false
	}
	return of.Sent(rst).Open()
}

// unacknowledged returns how much payload of a its peer had not acknowledged when
// a aborted with rst, what never came to the capture included.
func unacknowledged(c *conn.Conn, a conn.Role, rst *conn.Mark) int64 {
	end := c.PayloadEnd(a)
	if !c.FIN[a].Known {
		end = max(end, rst.Seq)
	}
	return int64(end - c.SndUna(a))
}

// aborting returns the reset with which the connection ended, if it is the end
// of a live socket. Where that was lost on its way, a reply to what the peer
// still sent may have followed; where the addresses and ports are used again, strays
// of the connection before may lead. What its sender sent last may not have reached
// the capture: then the reset stands ahead of it.
func aborting(c *conn.Conn) *conn.Mark {
	if !c.RST.Ended {
		return nil
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.Has(segment.RST) || !m.By(c.RST.By) || m.Bits&(conn.InWindow|conn.Exact) == 0 {
			continue
		}
		ahead := m.Seq > c.Sent(c.RST.By)
		if m.Has(segment.ACK) && (m.Is(conn.AtSndNxt) || ahead) && !m.Is(conn.RawZero) {
			return m
		}
		return nil
	}
	return nil
}

// opened reports whether both ends were connected, as far as the capture tells.
func opened(c *conn.Conn) bool {
	switch c.Handshake {
	case conn.HandshakeComplete, conn.HandshakeSimultaneous:
		return true
	case conn.HandshakeNotCaptured:
		var live [2]bool
		for i := range c.Marks {
			m := &c.Marks[i]
			live[m.Side] = live[m.Side] || m.Has(segment.ACK) && !m.Flags.Any(segment.RST|segment.SYN)
		}
		return live[conn.Client] && live[conn.Server]
	}
	return false
}

// provoked reports whether something on the wire caused reset rst: payload that
// came when its sender had closed, or a peer that had fallen silent.
func provoked(c *conn.Conn, rst *conn.Mark) bool {
	a := conn.Role(rst.Side)
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
		case m.HasPayload() || m.Is(conn.Probe) || m.Has(segment.FIN):
			if asked == 0 {
				since = m.Time
			}
			asked++
		}
	}
	return false
}
