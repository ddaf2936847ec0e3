package traffic

import (
	"math/rand/v2"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/segment"
)

// start is the time of the first packet: 2026-01-01T00:00:00Z.
const start = capture.Time(1_767_225_600 * time.Second)

// maker makes the packets of a shape one after the other.
type maker struct {
	shape   *Shape
	rand    *rand.Rand
	stories [][]step // by lot: a story stands there as often as its share says
	begun   int      // connections
	open    []conn
	packet  capture.Packet
	frame   []byte
}

// conn is a connection under way.
type conn struct {
	story  int
	step   int
	tuple  tuple
	server uint32    // which, from 0
	next   [2]uint32 // SND.NXT of both sides
	stamp  [2]uint32 // TSval that each side sent last
	id     [2]uint16 // IP identification, the same
}

func newMaker(s *Shape, seed uint64) *maker {
	m := &maker{shape: s, rand: rand.New(rand.NewPCG(seed, 0))}
	for _, story := range s.Stories {
		steps := s.steps(story)
		for range story.Share {
			m.stories = append(m.stories, steps)
		}
	}
	m.packet.Link = segment.LinkEthernet
	m.packet.Time = start
	return m
}

// next makes the next packet, of any of the open connections; false where all is
// told.
func (m *maker) next() bool {
	for len(m.open) < m.shape.Open && m.begun < m.shape.Connections {
		m.begin()
	}
	if len(m.open) == 0 {
		return false
	}
	m.packet.Number++
	m.packet.Time += capture.Time(m.shape.Pace/2) + capture.Time(m.rand.Int64N(int64(m.shape.Pace)))
	i := m.rand.IntN(len(m.open))
	if m.shape.UDP > 0 && m.rand.IntN(100) < m.shape.UDP {
		m.frame = appendDatagram(m.frame[:0], &m.open[i], m.rand.IntN(1200))
		m.packet.Data, m.packet.Length = m.frame, len(m.frame)
		return true
	}
	m.tell(i)
	return true
}

// tell goes on with an open connection until a packet of it is captured.
func (m *maker) tell(i int) {
	c := &m.open[i]
	steps := m.stories[c.story]
	for lost := true; lost; c.step++ { // no story ends with a loss
		lost = steps[c.step].lost
		m.send(c, steps[c.step])
	}
	if c.step == len(steps) {
		m.open[i] = m.open[len(m.open)-1]
		m.open = m.open[:len(m.open)-1]
	}
}

func (m *maker) begin() {
	n := m.begun
	if m.shape.Tuples > 0 {
		n %= m.shape.Tuples
	}
	c := conn{story: m.rand.IntN(len(m.stories)), tuple: newTuple(uint32(n), m.shape.Scattered)}
	c.server = uint32(m.begun % max(1, m.shape.Servers))
	hash := c.tuple.hash()
	c.id = [2]uint16{uint16(hash), uint16(hash >> 16)}
	if first := m.stories[c.story][0]; !first.flags.Has(segment.SYN) { // it began before
		c.next = [2]uint32{m.isn(&c, client), m.isn(&c, server)}
		c.stamp = [2]uint32{1, 1}
	}
	m.open = append(m.open, c)
	m.begun++
}

// send makes the packet of one step, and counts its octets.
func (m *maker) send(c *conn, s step) {
	me := s.side
	if s.flags.Has(segment.SYN) && !s.again {
		c.next[me] = m.isn(c, me)
	}
	// The low bit keeps a timestamp from being 0, which would stand for none.
	c.stamp[me] = uint32(m.packet.Time/capture.Time(time.Millisecond)) | 1
	c.id[me]++
	m.frame = appendFrame(m.frame[:0], c, s)
	m.packet.Data = m.frame
	m.packet.Length = len(m.frame)
	if s.again {
		return
	}
	c.next[me] += uint32(s.length())
	if s.flags.Has(segment.SYN) || s.flags.Has(segment.FIN) {
		c.next[me]++
	}
}

// isn moves on by one every 4 µs, beyond what the last connection on the same
// ports can have used (RFC 9293 §3.4.1).
func (m *maker) isn(c *conn, side uint8) uint32 {
	return c.tuple.hash() + uint32(side)<<30 + uint32(m.packet.Time/capture.Time(4*time.Microsecond))
}
