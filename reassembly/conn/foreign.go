package conn

import (
	"math"
	"time"

	"finwait/reassembly/segment"
)

// Origin says how a reset compares with what its supposed sender sent before.
type Origin struct {
	Last     *Mark  // the sender's last segment before it, no reset; nil if there was none
	Reply    bool   // its sequence number is, or may be, taken from a segment of the peer
	OtherTTL bool   // all else from the sender came with one other TTL
	OtherID  bool   // it lies far off the sender's IP ID counter
	NextID   uint16 // where that counter stood
}

// Foreign reports whether the reset can hardly be its supposed sender's.
func (o *Origin) Foreign() bool { return o.Last != nil && (o.OtherTTL || o.OtherID) }

// Origin compares reset m with the other segments of its sender. A kernel's
// reply RST has IP ID 0 (net/ipv4/ip_output.c, ip_send_unicast_reply), and may
// start from another TTL than its sockets do: both fit.
func (c *Conn) Origin(m *Mark) (o Origin) {
	peer, remembered := Role(m.Side).Peer(), int64(0)
	for i := range c.Marks {
		s := &c.Marks[i]
		switch {
		case s.By(peer):
			remembered++
			o.Reply = o.Reply || !m.Has(segment.ACK) && s.Has(segment.ACK) && s.Ack == m.Seq
		case s.Frame < m.Frame && !s.Has(segment.RST):
			o.Last = s
			if s.IPID != 0 { // a segment that no socket counts (see countID)
				o.NextID = s.IPID + 1
			}
		}
	}
	e := c.endpoint(Role(m.Side))
	if remembered < c.Packets[peer] { // what it answers may be forgotten
		o.Reply = o.Reply || !m.Has(segment.ACK) && e.low <= m.Seq && m.Seq <= e.sndUna
	}
	if known := e.ttlMax != 0 && e.ttlMin == e.ttlMax; known && m.TTL != e.ttlMin && c.from.Elsewhere == nil { // the SYN came through a translator, the RST past it
		o.OtherTTL = !o.Reply || !sameHops(m.TTL, e.ttlMin)
	}
	o.OtherID = !o.Reply && m.Bits.has(OffCounter) && o.Last != nil && m.Time.Sub(o.Last.Time) <= time.Second
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

// countID follows the IP identification of one end. Identification 0 belongs to
// segments that no socket counts, as Linux sends them in SYN-RECEIVED and
// TIME-WAIT.
func (e *endpoint) countID(id uint16) {
	const step = 64
	if id == 0 {
		return
	}
	if up := id - e.lastID; e.lastID == 0 || up == 0 || up > step {
		e.idSteps = 0
	} else if e.idSteps < math.MaxUint8 {
		e.idSteps++
	}
	e.lastID = id
}

// skips reports whether a segment is far off the counter of its sender.
func (e *endpoint) skips(id uint16) bool {
	const enough, far = 3, 1024
	if e.idSteps < enough || id == 0 {
		return false
	}
	off := int16(id - e.lastID)
	return off < -far || off > far
}
