package rules

import (
	"fmt"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// fin302 reports resets that do not look as if their supposed sender had sent
// them.
var fin302 = &model.Rule{
	ID:       "FIN302",
	Name:     "reset-by-middlebox",
	Severity: model.Warning,
	Doc: model.Doc{
		Title: "a reset does not fit its supposed sender: something between the ends sent it",
		Text: `A firewall, a proxy, a load balancer or a censor can end a connection by sending an RST in an end's name. It gives itself away
where it cannot know what the end would have put into the header: the TTL counts hops from where the packet really began; the IP identification
continues the sender's own counter; the sequence number is one that the sender has reached, or would have if segments were lost on
their way to the capture. A kernel's own reply to a segment that has
no socket has IP ID 0 and takes its sequence number from that segment: both fit, and are not reported.`,
		Script: `0.000 A SYN
0.010 B SYN,ACK ttl 52
0.011 A ACK
0.020 A ACK len 200
0.030 B ACK ttl 52
0.035 B RST,ACK ttl 61`,
		Confirm:  "Capture at the supposed sender too: tcpdump -n 'tcp[tcpflags] & tcp-rst != 0' there does not show it; nstat -az TcpOutRsts on that host does not move.",
		Change:   "Look at the firewalls, proxies and intrusion prevention between the two; the TTL says how many hops away it stands.",
		Harmless: "When the device belongs to you and is meant to reset, as at the end of its idle timeout.",
		Source:   "RFC 9293 §3.5.2 and §3.5.3; RFC 5961 §3; Linux tcp_v4_send_reset() in net/ipv4/tcp_ipv4.c",
	},
	Check:    checkMiddlebox,
	Disorder: true,
	Doubts: []model.Doubt{
		oneDirection,
		{Caveat: conn.ControlOnly, Why: "only control segments were captured"},
		packetsMissing,
	},
}

func checkMiddlebox(p *model.Pass) {
	c := p.Conn
	bad := misfit(c)
	if bad == nil {
		return
	}
	r := conn.Role(bad.rst.Side)
	v := model.Verdict{Side: r, Frames: []int64{bad.rst.Frame, bad.last.Frame}}
	f := middleboxReset{of: r, misfits: bad.misfits}
	n, first := after(c, bad.rst)
	if f.wentOn = n; n > 0 {
		v.Frames = append(v.Frames, first)
	}
	p.Report(f, v)
}

// middleboxReset is a reset that something sent in an end's name.
type middleboxReset struct {
	of conn.Role
	misfits
	wentOn int64 // segments that the end itself sent later
}

func (f middleboxReset) Message() string {
	text := fmt.Sprintf("an RST in the %s's name does not fit it: %s", f.of, strings.Join(f.misfits.words(f.of), ", "))
	if f.wentOn > 0 {
		text += fmt.Sprintf("; the %s itself went on, with %s", f.of, several(f.wentOn, "segment"))
	}
	return text
}

func (f middleboxReset) Advice() string {
	return fmt.Sprintf("Capture at the %s too, and look at the devices between.", f.of)
}

// misfitReset is a reset that does not fit its sender, the last segment before it that
// does, and why.
type misfitReset struct {
	rst, last *conn.Mark
	misfits
}

// misfits are how a reset differs from what its sender would have sent; the zero
// value is not at all.
type misfits struct {
	otherTTL, otherID bool
	ttl, lastTTL      uint8
	id, nextID        uint16
	beyond            int64 // octets between all that its sender sent and its sequence number
	unsent            int64 // octets that it acknowledges and nobody sent
}

func (m *misfits) words(of conn.Role) (list []string) {
	if m.otherTTL {
		list = append(list, fmt.Sprintf("its TTL is %d, that of all others %d", m.ttl, m.lastTTL))
	}
	if m.otherID {
		list = append(list, fmt.Sprintf("its IP ID is %d, where %d would be next", m.id, m.nextID))
	}
	if m.beyond > 0 {
		list = append(list, fmt.Sprintf("its sequence number is %d beyond all that the %s sent", m.beyond, of))
	}
	if m.unsent > 0 {
		list = append(list, fmt.Sprintf("it acknowledges %d octets that the %s never sent", m.unsent, of.Peer()))
	}
	return list
}

// misfit returns the first reset that does not fit its supposed sender, or nil.
func misfit(c *conn.Conn) *misfitReset {
	if !c.Reset() || c.Close == conn.CloseRefused {
		return nil
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.Has(segment.RST) || m.Is(conn.Duplicate) {
			continue
		}
		if o := compare(c, m); o.misfits != (misfits{}) {
			return &o
		}
	}
	return nil
}

// compare holds reset m against the other segments of its sender.
func compare(c *conn.Conn, m *conn.Mark) misfitReset {
	r := conn.Role(m.Side)
	f := c.Origin(m)
	o := misfitReset{rst: m, last: f.Last}
	if o.last == nil {
		return o // nothing to compare with
	}
	if f.OtherTTL {
		o.otherTTL, o.ttl, o.lastTTL = true, m.TTL, f.Last.TTL
	}
	if f.OtherID {
		o.otherID, o.id, o.nextID = true, m.IPID, f.NextID
	}
	if c.Caveats&(conn.PacketsMissing|conn.ControlOnly|conn.SegmentOffload) == 0 && !m.Is(conn.RawZero) {
		if end := c.Sent(r); !f.Reply && m.Seq > end && (o.otherTTL || o.otherID || !lossExplains(c, m)) {
			o.beyond = int64(m.Seq - end)
		}
		if end := c.Sent(r.Peer()); m.Has(segment.ACK) && m.Ack > end {
			o.unsent = int64(m.Ack - end)
		}
	}
	return o
}

// lossExplains reports whether reset m may stand ahead of all that its sender was
// seen to send because segments were lost before they came to the capture: none
// are on the sender's own host, none lie beyond the window that its peer gave it,
// and who resets a connection does not go on with it.
func lossExplains(c *conn.Conn, m *conn.Mark) bool {
	r := conn.Role(m.Side)
	if !m.Is(conn.InWindow) || c.CapturedAt(r) {
		return false
	}
	n, _ := after(c, m)
	return n == 0
}

// after returns how many segments with payload or acknowledgments the sender of
// reset m sent later, as if it knew nothing of it, and the first of them.
func after(c *conn.Conn, m *conn.Mark) (n int64, first int64) {
	r := conn.Role(m.Side)
	for i := range c.Marks {
		s := &c.Marks[i]
		if s.Frame > m.Frame && s.By(r) && !s.Has(segment.RST) && s.Time.Sub(m.Time) > c.Allowance(r) {
			if n++; first == 0 {
				first = s.Frame
			}
		}
	}
	return n, first
}
