package pair

import (
	"math"

	"finwait/reassembly/frame"
)

// flow is one direction of a link.
type flow struct {
	tally
	matched   uint32
	highest   [2]number // sequence number sent so far, by capture
	acks      [2]acked  // what its receiver acknowledged so far, by capture
	ttl       [2]ttl    // by capture, of what was matched
	ids       counter   // the IP identification of its sender, as it was sent
	same      uint32    // matched segments whose IP identification is the same
	differ    uint32    // and those whose is not
	plainTS   bool      // matched segments had timestamps in both captures
	isn       number    // of the SYN that is in both captures
	began     number    // where the first segment stands that is in both and no SYN
	lastVal   number    // the timestamp of what arrived last
	recent    []seen    // what arrived last, to know copies by
	next      uint8
	syn       [2]frame.Time // when a SYN without ACK was seen last, by the clock of each capture
	overtaken overtakenSpans
}

// acked is what was acknowledged, and since when by A's clock.
type acked struct {
	number
	at frame.Time
}

// ttl is that of the matched segments.
type ttl struct {
	value uint8
	n     uint8 // as many, or more
	mixed bool
}

func (t *ttl) see(v uint8) {
	switch {
	case t.n == 0:
		t.value = v
	case t.value != v:
		t.mixed = true
	}
	t.n = min(t.n, math.MaxUint8-1) + 1
}

// counter is the IP identification of a sender that counts.
type counter struct {
	first, last uint16
	n           int32
	jumps       int32
}

// see takes in an identification. What Linux sends for a connection without a socket, from
// TIME-WAIT or from SYN-RECEIVED, has 0, and does not count.
func (c *counter) see(id uint16) {
	switch {
	case id == 0 && c.last != 0:
		return
	case c.n == 0:
		c.first = id
	case id-c.last > 256 && c.last-id > 256:
		c.jumps++
	}
	c.last = id
	c.n++
}

// counts reports whether the identifications seen grow by little.
func (c *counter) counts() bool { return c.n >= 3 && c.jumps*8 <= c.n }

// strange says by how much an identification speaks against the sender that counts.
func (c *counter) strange(id uint16) int {
	switch {
	case c.n == 0 || c.jumps*8 > c.n || c.fits(id):
		return 0
	case c.n == 1:
		return 1
	}
	return 2
}

// fits reports whether an identification is near to those seen.
func (c *counter) fits(id uint16) bool {
	const near = 1024
	return id-(c.first-near) <= c.last-c.first+2*near || c.last-id <= near || id-c.last <= near
}

// seen is a segment that arrived.
type seen struct {
	key    uint64
	seq    uint32
	size   uint32
	ack    uint32
	at     [2]frame.Time
	frames [2]int64
	print  uint64
	hash   uint32
	tsVal  uint32
	id     uint16
	bits   segBits
}

// keptSeen is among how many segments that arrived a copy is looked for.
const keptSeen = 64

func (f *flow) remember(s seen) {
	if cap(f.recent) == 0 { // as many as arrive where a connection is refused
		f.recent = make([]seen, 0, 1)
	}
	if len(f.recent) < keptSeen {
		f.recent = append(f.recent, s)
		return
	}
	f.recent[f.next%keptSeen] = s
	f.next++
}

// came reports whether all that s carries has arrived lately.
func (f *flow) came(s *seg) bool {
	for i := range f.recent {
		if r := &f.recent[i]; !before(s.seq, r.seq) && !before(r.seq+r.size, s.end()) {
			return true
		}
	}
	return false
}

// passed reports whether what its sender sent behind s has arrived lately.
func (f *flow) passed(s *seg) bool {
	for i := range f.recent {
		if r := &f.recent[i]; r.size > 0 && !before(r.seq, s.end()) {
			return true
		}
	}
	return false
}

// holds reports whether a segment is part of one that has arrived lately, sent at the same
// time: a device may have merged that one with others.
func (f *flow) holds(s *seg) bool {
	if s.len == 0 || !s.is(hasTS) {
		return false
	}
	for i := range f.recent {
		r := &f.recent[i]
		if r.bits&hasTS != 0 && r.tsVal == s.tsVal && !before(s.seq, r.seq) && !before(r.seq+r.size, s.end()) {
			return true
		}
	}
	return false
}
