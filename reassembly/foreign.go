package reassembly

import (
	"time"

	"finwait/reassembly/segment"
)

// Origin says how a reset compares with what its supposed sender sent before.
type Origin struct {
	Last     *Mark // the sender's last segment before it, no reset; nil if there was none
	Reply    bool  // its sequence number is taken from a segment of the peer
	OtherTTL bool  // all else from the sender came with one other TTL
	OtherID  bool  // it lies far off the sender's IP ID counter
}

// Foreign reports whether the reset can hardly be its supposed sender's.
func (o *Origin) Foreign() bool { return o.Last != nil && (o.OtherTTL || o.OtherID) }

// Origin compares reset m with the other segments of its sender. A kernel's
// reply RST has IP ID 0 (net/ipv4/ip_output.c, ip_send_unicast_reply), and may
// start from another TTL than its sockets do: both fit.
func (c *Conn) Origin(m *Mark) (o Origin) {
	var ids idCounter
	for i := range c.Marks {
		s := &c.Marks[i]
		switch {
		case s.Side != m.Side:
			o.Reply = o.Reply || !m.Has(segment.ACK) && s.Has(segment.ACK) && s.Ack == m.Seq
		case s.Frame < m.Frame && !s.Has(segment.RST):
			o.Last = s
			ids.add(s)
		}
	}
	e := c.end(Role(m.Side))
	if known := e.ttlMax != 0 && e.ttlMin == e.ttlMax; known && m.TTL != e.ttlMin {
		o.OtherTTL = !o.Reply || !sameHops(m.TTL, e.ttlMin)
	}
	o.OtherID = !o.Reply && ids.skips(m)
	return o
}

// sameHops reports whether two TTLs, from different initial values, have come
// equally far.
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
	last   *Mark
	steady int // segments in a row whose identification went up by little
}

// add takes in the next segment. Identification 0 belongs to segments that no
// socket counts, as Linux sends them in SYN-RECEIVED and TIME-WAIT.
func (k *idCounter) add(m *Mark) {
	const step = 64
	if m.IPID == 0 {
		return
	}
	if k.last != nil {
		if up := m.IPID - k.last.IPID; up > 0 && up <= step {
			k.steady++
		} else if !m.Bits.has(Duplicate) {
			k.steady = 0
		}
	}
	k.last = m
}

// skips reports whether m, sent soon after, is far off the counter.
func (k *idCounter) skips(m *Mark) bool {
	const enough, far = 3, 4096
	if k.steady < enough || m.IPID == 0 || m.Time.Sub(k.last.Time) > time.Second {
		return false
	}
	off := int16(m.IPID - k.last.IPID)
	return off < -far || off > far
}
