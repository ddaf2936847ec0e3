package rules

import (
	"fmt"
	"strings"
	"time"

	"finwait/analyzer"
	"finwait/reassembly"
	"finwait/reassembly/segment"
)

// fin302 reports resets that do not look as if their supposed sender had sent
// them.
var fin302 = &analyzer.Rule{
	ID:       "FIN302",
	Name:     "reset-by-middlebox",
	Severity: analyzer.Warning,
	Doc: analyzer.Doc{
		Title: "a reset does not fit its supposed sender: something between the ends sent it",
		Text: `A firewall, a proxy, a load balancer or a censor can end a connection by sending an RST in an end's name. It gives itself away
where it cannot know what the end would have put into the header: the TTL counts hops from where the packet really began; the IP identification
continues the sender's own counter; the sequence number is one that the sender has reached. A kernel's own reply to a segment that has
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
	Check: checkMiddlebox,
	Doubts: []analyzer.Doubt{
		{Caveat: reassembly.OneDirection, Withhold: true},
		{Caveat: reassembly.ControlOnly, Why: "only control segments were captured"},
		packetsMissing,
	},
}

func checkMiddlebox(p *analyzer.Pass) {
	c := p.Conn
	bad := misfit(c)
	if bad == nil {
		return
	}
	r := reassembly.Role(bad.rst.Side)
	v := analyzer.Verdict{Side: r, Frames: []uint32{bad.rst.Frame, bad.last.Frame}}
	v.Message = fmt.Sprintf("an RST in the %s's name does not fit it: %s", r, strings.Join(bad.why, ", "))
	if n, first := after(c, bad.rst); n > 0 {
		v.Message += fmt.Sprintf("; the %s itself went on, with %s", r, segments(n))
		v.Frames = append(v.Frames, first)
	}
	v.Advice = fmt.Sprintf("Capture at the %s too, and look at the devices between.", r)
	p.Report(v)
}

// odd is a reset that does not fit its sender, the last segment before it that
// does, and why.
type odd struct {
	rst, last *reassembly.Mark
	why       []string
}

// misfit returns the first reset that does not fit its supposed sender, or nil.
func misfit(c *reassembly.Conn) *odd {
	if c.Close == reassembly.CloseRefused {
		return nil
	}
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.Has(segment.RST) || m.Is(reassembly.Duplicate) {
			continue
		}
		if o := compare(c, m); len(o.why) > 0 && o.last != nil {
			return o
		}
	}
	return nil
}

// compare holds reset m against the other segments of its sender.
func compare(c *reassembly.Conn, m *reassembly.Mark) *odd {
	r := reassembly.Role(m.Side)
	o := &odd{rst: m}
	ids := idCounter{}
	reply := false
	for i := range c.Marks {
		s := &c.Marks[i]
		switch {
		case !by(s, r):
			reply = reply || !m.Has(segment.ACK) && s.Has(segment.ACK) && s.Ack == m.Seq
		case s.Frame < m.Frame && !s.Has(segment.RST):
			o.last = s
			ids.add(s)
		}
	}
	if low, high, ok := c.TTLs(r); ok && low == high && m.TTL != low && !(reply && sameHops(m.TTL, low)) {
		o.why = append(o.why, fmt.Sprintf("its TTL is %d, that of all others %d", m.TTL, low))
	}
	if !reply && ids.skips(m) {
		o.why = append(o.why, fmt.Sprintf("its IP ID is %d, where %d would be next", m.IPID, ids.last.IPID+1))
	}
	if c.Caveats&(reassembly.PacketsMissing|reassembly.ControlOnly|reassembly.SegmentOffload) == 0 && !m.Is(reassembly.RawZero) && o.last != nil {
		if end := c.Sent(r); !reply && m.Seq > end {
			o.why = append(o.why, fmt.Sprintf("its sequence number is %d beyond all that the %s sent", m.Seq-end, r))
		}
		if end := c.Sent(r.Peer()); m.Has(segment.ACK) && m.Ack > end {
			o.why = append(o.why, fmt.Sprintf("it acknowledges %d octets that the %s never sent", m.Ack-end, r.Peer()))
		}
	}
	return o
}

// sameHops reports whether two TTLs, from different initial values, have come
// equally far. Some hosts give their sockets another TTL than the kernel gives
// its replies.
func sameHops(a, b uint8) bool {
	hops := func(ttl uint8) int {
		for _, from := range [...]int{32, 64, 128, 255} {
			if int(ttl) <= from {
				return from - int(ttl)
			}
		}
		return 0
	}
	return hops(a) > 0 && hops(a) == hops(b)
}

// idCounter follows the IP identification of one end.
type idCounter struct {
	last   *reassembly.Mark
	steady int // segments in a row whose identification went up by little
}

// add takes in the next segment. Identification 0 belongs to segments that no
// socket counts, as Linux sends them in SYN-RECEIVED and TIME-WAIT.
func (k *idCounter) add(m *reassembly.Mark) {
	const step = 64
	if m.IPID == 0 {
		return
	}
	if k.last != nil {
		if up := m.IPID - k.last.IPID; up > 0 && up <= step {
			k.steady++
		} else if !m.Is(reassembly.Duplicate) {
			k.steady = 0
		}
	}
	k.last = m
}

// skips reports whether m, sent soon after, is far off the counter.
func (k *idCounter) skips(m *reassembly.Mark) bool {
	const enough, far = 3, 4096
	if k.steady < enough || m.IPID == 0 || m.Time.Sub(k.last.Time) > time.Second {
		return false
	}
	off := int16(m.IPID - k.last.IPID)
	return off < -far || off > far
}

// after returns how many segments with payload or acknowledgments the sender of
// reset m sent later, as if it knew nothing of it, and the first of them.
func after(c *reassembly.Conn, m *reassembly.Mark) (n int64, first uint32) {
	r := reassembly.Role(m.Side)
	for i := range c.Marks {
		s := &c.Marks[i]
		if s.Frame > m.Frame && by(s, r) && !s.Has(segment.RST) && s.Time.Sub(m.Time) > c.Away(r) {
			if n++; first == 0 {
				first = s.Frame
			}
		}
	}
	return n, first
}
