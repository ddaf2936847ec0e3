package rules

import (
	"fmt"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
)

// fin307 reports payload that met resets because its receiver had closed for good.
var fin307 = &model.Rule{
	ID:       "FIN307",
	Name:     "closed-while-peer-sent",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "one side closed for good while the other still had payload to send",
		Text: `A program closed its socket, and its peer went on sending: the kernel of a closed socket answers payload with an RST. A server
that answers early (413, 401, a redirect) and closes while the body is still on its way does that: the RST may overtake the answer, and a client whose kernel takes the RST first throws the
unread answer away and reports "connection reset" instead of the status. Where what met the RST is a farewell (QUIT, TLS's close_notify, the
echo of a WebSocket close frame) nothing is lost.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK data "POST / HTTP/1.1\r\nHost: b.example\r\nContent-Length: 9000\r\n\r\n" len 1460
0.030 B ACK data "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"
0.031 B FIN,ACK
0.032 A ACK len 1460
0.042 B RST
1.000 end`,
		Confirm: "On the closer: nstat -az TcpExtTCPAbortOnData TcpOutRsts before and after. The sender logs \"connection reset by peer\" or \"broken pipe\".",
		Change: `Let the closer shut down its direction only (SHUT_WR), read what still comes for a while, and close then (nginx: lingering_close; Go's net/http waits
500 ms). Clients that send large bodies should ask first (Expect: 100-continue).`,
		Harmless: "When what met the RST was a last word that expects no answer.",
		Source:   "RFC 9293 §3.6.1; RFC 9112 §9.6 (tear-down); Linux tcp_rcv_state_process(): payload after close is answered with an RST",
	},
	Requires: []*model.Rule{fin203, fin207, fin208},
	Check:    checkClosedWhileSent,
	Disorder: true,
	Doubts:   unseen(packetsMissing),
}

// unwanted is payload that met resets of an end that had closed for good.
type unwanted struct {
	closer  conn.Role
	closing *conn.Mark // its FIN, or the RST,ACK with which it aborted; nil where the FIN was not captured
	first   *conn.Mark // the payload
	rst     *conn.Mark // what it met
	lost    int64      // octets of payload that were never acknowledged
}

// unwantedPayload finds what an end went on to send to one that had closed.
func unwantedPayload(c *conn.Conn) (u unwanted, ok bool) {
	if !c.RST.Ended || !opened(c) {
		return u, false
	}
	u.closer = c.RST.By
	sender, fin := u.closer.Peer(), &c.FIN[u.closer]
	from := c.RST.Frame // it aborted
	u.closing = c.MarkOf(c.RST.Frame)
	switch {
	case fin.Known && fin.Implied:
		from, u.closing = fin.ACKFrame, nil
	case fin.Known:
		from, u.closing = fin.Frame, c.MarkOf(fin.Frame)
	case c.RST.Kind != conn.RSTAbort:
		return u, false
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Frame <= from && (u.closing == nil || !fin.Known || u.closing.Covers(m.End())):
		case u.first == nil && m.By(sender) && m.HasPayload() && m.End() > c.SndUna(sender):
			u.first = m
		case u.first != nil && m.Frame > from && m.By(u.closer) && m.Has(segment.RST) && !m.Covers(u.first.End()):
			u.rst = m
			u.lost = int64(c.PayloadEnd(sender) - max(c.SndUna(sender), 1))
			return u, u.lost > 0
		}
	}
	// Of a long connection the payload itself may be forgotten; when its last came is not.
	t := &c.Dialog.Last[sender]
	u.lost = int64(c.PayloadEnd(sender) - max(c.SndUna(sender), 1))
	u.rst = c.MarkOf(c.RST.Frame)
	if u.first != nil || u.rst == nil || u.closing == nil || !fin.Known || c.RST.Frame <= from || t.EndFrame >= c.RST.Frame ||
		u.lost <= 0 || u.closing.Covers(c.PayloadEnd(sender)) {
		return u, false
	}
	u.first = &conn.Mark{Frame: t.EndFrame, Time: t.End}
	return u, true
}

func checkClosedWhileSent(p *model.Pass) {
	c := p.Conn
	u, ok := unwantedPayload(c)
	if !ok || misfit(c) != nil || p.Found() {
		return
	}
	sender := u.closer.Peer()
	f := closedTooSoon{
		closer: u.closer, lost: u.lost, resets: c.RST.Count, word: p.Exchanges.LastWord(sender, u.lost) && !shortLine(c, sender) || answersGoodbye(c, u),
		unread: max(int64(c.PayloadEnd(u.closer)-c.SndUna(u.closer)), 0), spoke: c.Dialog.Last[u.closer].Known(),
	}
	v := model.Verdict{Side: u.closer, Frames: []int64{u.first.Frame, u.rst.Frame}}
	if u.closing != nil {
		f.timed, f.after = u.first.Frame > u.closing.Frame, u.first.Time.Sub(u.closing.Time)
		v.Frames = append(v.Frames, u.closing.Frame)
	}
	switch {
	case f.word:
		v.Severity = model.Info
	case f.unread > 0:
		v.Severity = model.Error
	}
	p.Report(f, v)
}

// shortLine reports whether what r said last is a line of text that is known for no goodbye,
// such as PING: however short, it may ask for something.
func shortLine(c *conn.Conn, r conn.Role) bool {
	t := &c.Dialog.Last[r]
	return c.Dialog.Protocol == payload.ProtocolUnknown && t.Text() && !t.Farewell()
}

// closedTooSoon is an end that closed while its peer sent.
type closedTooSoon struct {
	closer conn.Role
	lost   int64         // payload of the peer that met resets
	resets int64         // how many
	word   bool          // that payload is a farewell
	timed  bool          // it is known when the closer closed, and the payload came later
	after  time.Duration // from that to the payload; valid iff timed
	unread int64         // payload of the closer that was never acknowledged
	spoke  bool          // the closer had sent payload at all
}

func (f closedTooSoon) Message() string {
	sender, when := f.closer.Peer(), ""
	if f.timed {
		when = fmt.Sprintf(", %s later", span(f.after))
	}
	met := plural(int(f.resets), "an RST", fmt.Sprintf("%d RSTs", f.resets))
	if f.word {
		return fmt.Sprintf("the %s had closed for good when the %s's last word came%s: %s that expect no answer met %s", f.closer, sender, when, octets(f.lost), met)
	}
	text := fmt.Sprintf("the %s closed for good while the %s still had payload to send%s: %s met %s", f.closer, sender, when, octets(f.lost), met)
	switch {
	case f.unread > 0:
		text += fmt.Sprintf("; %s of its own were never acknowledged: the RST may have destroyed them unread", octets(f.unread))
	case f.spoke && f.closer == conn.Server:
		text += "; its own payload was acknowledged, but what the client's program had not read by then is lost with the RST"
	}
	return text
}

func (f closedTooSoon) Advice() string {
	if f.word {
		return "Nothing needs to change: nothing was lost."
	}
	return fmt.Sprintf("Let the %s shut down its own direction first, and read until the %s is done, before it closes.", f.closer, f.closer.Peer())
}

// answersGoodbye reports whether the payload answers no more than a goodbye of the closer's.
func answersGoodbye(c *conn.Conn, u unwanted) bool {
	t := &c.Dialog.Last[u.closer]
	return t.Farewell() && t.StartFrame < u.first.Frame
}
