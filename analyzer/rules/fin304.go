package rules

import (
	"fmt"
	"slices"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// fin304 reports peers that were gone: what was sent to them was repeated and
// nothing came back.
var fin304 = &model.Rule{
	ID:       "FIN304",
	Name:     "peer-vanished",
	Severity: model.Error,
	Doc: model.Doc{
		Title: "one side repeated itself and nothing came back any more",
		Text: `Payload, a FIN behind payload, or keep-alive probes were sent again and again, and not one segment came back. The
peer's host is gone (a crash, a cable, a suspended machine), or something on the path no longer passes the connection on: after a long
silence a firewall, a balancer or an address translation may have forgotten it, and drops what it does not know. The sender goes on for
tcp_retries2 (about 925 s), or as often as its keep-alive says, and then its socket is gone, mostly with an RST. If its program closed
meanwhile, its FIN waits behind the payload and is not on the wire: FIN-WAIT-1 that a capture does not show. Where small segments had
come through and only large ones are repeated, a link with a smaller MTU drops them and its ICMP errors are filtered. A server that
never sent more than its SYN,ACK may have a full accept queue: its kernel then ignores the client's ACK and payload.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK
0.011 A ACK
0.020 A ACK len 100
0.030 B ACK len 300
0.031 A ACK
300.000 A ACK len 100
300.300 A ACK seq 101 len 100
300.900 A ACK seq 101 len 100
302.100 A ACK seq 101 len 100
310.000 end`,
		Confirm: `On the sender: ss -tno shows timer:(on,…,retries) or timer:(keepalive,…); nstat -az TcpExtTCPTimeouts TcpExtTCPAbortOnTimeout
TcpExtTCPKeepAlive. At the peer: does the socket still exist (ss -tn), and do the segments arrive (tcpdump)? On a firewall: conntrack -L.`,
		Change: `Send keep-alives more often than the shortest idle timeout on the path (AWS NLB 350 s, Azure 4 min, GCP 10 min; TCP_KEEPIDLE), or close
idle connections sooner. TCP_USER_TIMEOUT bounds how long a sender waits.`,
		Harmless: "When the peer was switched off on purpose; a client that has its whole answer and is gone misses nothing.",
		Source:   "RFC 9293 §3.8.3, §3.8.4; RFC 1122 §4.2.3.5, §4.2.3.6; Linux tcp_write_timeout(), tcp_keepalive_timer() in net/ipv4/tcp_timer.c",
	},
	Check:    checkVanished,
	Frame:    frameVanished,
	Disorder: true,
	Doubts:   unseen(captureGap, packetsMissing, clockStep),
}

// vanished is a peer of which nothing came any more.
type vanished struct {
	asker       conn.Role
	answered    *conn.Mark // the peer's last segment
	first, last *conn.Mark // what got no answer
	repeats     int64
	probes      int64
	fin         *conn.Mark // the asker's FIN among them
	lost        int64      // octets of payload among them
	gaveUp      *conn.Mark // the asker's RST
}

// minUnanswered is for how long at least two repetitions must have had no answer:
// a path that takes longer is not known.
const minUnanswered = time.Second

// vanishing looks at what asker sent last. ok means that it repeated itself twice or
// more and nothing came back.
func vanishing(c *conn.Conn, asker conn.Role) (v vanished, ok bool) {
	v.asker = asker
	var end seqnum.Offset
	for i := range c.Marks {
		m := &c.Marks[i]
		switch {
		case m.Is(conn.Duplicate):
		case !m.By(asker):
			v, end = vanished{asker: asker, answered: m}, 0
		case m.Has(segment.RST):
			if v.gaveUp == nil {
				v.gaveUp = m
			}
		case m.Has(segment.SYN): // of the handshake, or a challenge
		case m.Len > 0 || m.Is(conn.Probe) || m.Has(segment.FIN):
			v.add(m, &end)
		}
	}
	if v.first == nil || v.answered == nil || v.answered.Has(segment.RST) || !opened(c) {
		return v, false
	}
	over := c.Until
	if v.gaveUp != nil {
		over = v.gaveUp.Time
	}
	return v, v.repeats >= 2 && (v.lost > 0 || v.probes >= 2) && over.Sub(v.first.Time) >= minUnanswered
}

// add takes in a segment that asks for an answer; end is how far those before it went.
func (v *vanished) add(m *conn.Mark, end *seqnum.Offset) {
	if v.first == nil {
		v.first, *end = m, m.Seq
	} else if m.Seq < *end || m.Is(conn.Probe) || m.Is(conn.Retransmit) {
		v.repeats++
	}
	switch {
	case m.Is(conn.Probe):
		v.probes++
		if v.lost == 0 && v.probes == 2 {
			v.repeats = max(v.repeats, 2) // the first probe repeats nothing but asks as all do
		}
	case m.Len > 0 && m.End() > *end:
		v.lost += int64(m.End() - max(*end, m.Seq))
	}
	if m.Has(segment.FIN) {
		v.fin = m
	}
	v.last, *end = m, max(*end, m.End())
}

func checkVanished(p *model.Pass) {
	for r := range conn.Role(2) {
		if v, ok := vanishing(p.Conn, r); ok {
			v.report(p)
			return
		}
	}
}

func (v *vanished) report(p *model.Pass) {
	c := p.Conn
	f := peerVanished{
		asker: v.asker, lost: v.lost, repeats: v.repeats, probes: v.probes, repeating: v.last.Time.Sub(v.first.Time),
		silence: v.first.Time.Sub(v.before(c)), shut: v.answered.Window == 0, hidden: v.fin == nil && !c.FIN[v.asker].Known,
	}
	f.idle = f.silence >= p.Config.IdleReset
	if v.asker == conn.Client && v.answered.Has(segment.SYN) {
		f.unaccepted = unacceptedBy(c)
	}
	out := model.Verdict{Side: v.asker.Peer(), Frames: []int64{v.answered.Frame, v.first.Frame, v.last.Frame}}
	over := c.Until
	if v.gaveUp != nil {
		f.reset, over = true, v.gaveUp.Time
		out.Frames = append(out.Frames, v.gaveUp.Frame)
	}
	f.over = max(over.Sub(v.first.Time), 0)
	if f.lost > 0 {
		f.large, f.passed = v.tooLarge(c)
	}
	f.alert = v.asker == conn.Server && f.lost > 0 && f.lost <= payload.AlertSize && c.Dialog.Protocol == payload.TLS
	if f.lost == 0 || f.alert {
		out.Severity = model.Warning
	}
	out.Took = took(f.over, conn.AtLeast)
	p.Report(f, out)
}

// before returns when either side had sent something for the last time before the
// first segment without an answer.
func (v *vanished) before(c *conn.Conn) frame.Time {
	at := v.answered.Time
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.Frame >= v.first.Frame {
			break
		}
		at = max(at, m.Time)
	}
	return at
}

// tooLarge returns the length of the segments that were repeated, if only smaller ones
// had come through before, and of the largest of those; else 0.
func (v *vanished) tooLarge(c *conn.Conn) (large, passed uint32) {
	const least = 1000
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.By(v.asker) && m.Frame < v.first.Frame && c.SndUna(v.asker) >= m.End() {
			passed = max(passed, m.Len)
		}
	}
	if v.first.Len < least || v.last.Len < least || passed > v.first.Len/2 {
		return 0, 0
	}
	return v.first.Len, passed
}

// peerVanished is a peer that was gone.
type peerVanished struct {
	asker           conn.Role
	lost            int64 // payload without an acknowledgment; 0 for probes alone
	repeats, probes int64
	repeating       time.Duration // from the first of all that to the last
	silence         time.Duration // before the first
	idle            bool          // that silence was long
	shut            bool          // the peer's window was 0
	large, passed   uint32        // length of what did not come through, and of what had
	alert           bool          // what was lost is no more than an alert of TLS
	hidden          bool          // the asker's FIN would not show
	reset           bool          // the asker gave up with an RST
	over            time.Duration // from the first to that, or to the end of observation
	unaccepted      unaccepted    // nothing but SYN,ACKs came of the server
}

func (f peerVanished) Message() string {
	peer := f.asker.Peer()
	var text string
	if f.lost == 0 {
		what := "keep-alive probes"
		if f.shut {
			what = "probes of a window of 0"
		}
		text = fmt.Sprintf("%d %s of the %s, the first after %s of silence, %s apart, got no answer: the %s's host, or the path to it, was gone",
			f.probes, what, f.asker, span(f.silence), span(f.repeating/time.Duration(max(f.probes-1, 1))), peer)
	} else {
		after := ""
		if f.idle {
			after = fmt.Sprintf(" after %s of silence", span(f.silence))
		}
		text = fmt.Sprintf("the %s sent %s%s, repeated itself %s in %s, and nothing came back from the %s any more: %s",
			f.asker, octets(f.lost), after, times(f.repeats), span(f.repeating), peer, f.cause())
	}
	if f.alert {
		text += "; that is no more than the alert that ends TLS: the client had its answer"
	}
	if f.unaccepted.known {
		text += "; " + f.unaccepted.silent()
	}
	switch {
	case f.reset:
		return text + fmt.Sprintf("; the %s gave up with an RST %s after the first", f.asker, span(f.over))
	case f.hidden && f.lost > 0:
		return text + fmt.Sprintf("; observation ended %s after the first, and a FIN behind that payload would not show (FIN-WAIT-1 unseen)", span(f.over))
	}
	return text + fmt.Sprintf("; observation ended %s after the first", span(f.over))
}

// cause names what fits besides a host that is gone.
func (f peerVanished) cause() string {
	const long = 10 * time.Second
	switch {
	case f.silence >= long:
		return "its host was gone, or something on the path (a firewall, a balancer, an address translation) had forgotten the idle connection"
	case f.large > 0:
		return fmt.Sprintf("its host was gone, or the path drops large segments (MTU): these had %s, the largest that came through before %d", octets(int64(f.large)), f.passed)
	}
	return "its host, or the path to it, was gone"
}

func (f peerVanished) Advice() string {
	text := fmt.Sprintf("Find out whether the %s's host was gone, or something on the path", f.asker.Peer())
	switch {
	case f.unaccepted.known:
		return f.unaccepted.advice()
	case f.large > 0:
		text += "; where that drops large segments, let its ICMP errors through, or lower the MSS"
	case f.idle || f.lost == 0:
		text += "; where that forgets idle connections, send keep-alives more often than it forgets"
	}
	return text + "."
}

// frameVanished names the evidence of FIN304 that the record does not.
func frameVanished(r *model.Record, frame int64) string {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Rule == "FIN304" {
			words := [...]string{"last answer", "first without an answer", "last repetition", "RST"}
			if at := slices.Index(f.Frames, frame); at >= 0 && at < len(words) {
				return words[at]
			}
		}
	}
	return ""
}
