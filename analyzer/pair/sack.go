package pair

import "finwait/reassembly/segment"

// Selective acknowledgments (RFC 2018) say of payload beyond a hole that it arrived, long
// before the cumulative one does: only they tell the first copy of it from the second.

// sacks are the blocks of the segment that is being looked at. They are not kept.
type sacks struct {
	blocks [4]segment.SACKBlock
	n      int
}

// holds reports whether a block holds all that p carries.
func (e *engine) holds(p *pend) bool {
	for _, b := range e.sacks.blocks[:e.sacks.n] {
		if !before(p.seq, uint32(b.Left)) && !before(uint32(b.Right), p.end()) {
			return true
		}
	}
	return false
}

// lacks reports whether s says that what p carries is missing before a block.
func (e *engine) lacks(s *seg, p *pend) bool {
	beyond := false
	for _, b := range e.sacks.blocks[:e.sacks.n] {
		if before(p.seq, uint32(b.Right)) && before(uint32(b.Left), p.end()) {
			return false
		}
		beyond = beyond || !before(uint32(b.Left), p.end())
	}
	return beyond && !before(p.seq, s.ack)
}

// hasTwice reports whether s says that what p carries came once more (RFC 2883): the first
// block lies below the acknowledgment, or within the second.
func (e *engine) hasTwice(s *seg, p *pend) bool {
	if e.sacks.n == 0 {
		return false
	}
	b := e.sacks.blocks[0]
	twice := before(uint32(b.Left), s.ack)
	if e.sacks.n > 1 {
		o := e.sacks.blocks[1]
		twice = twice || !before(uint32(b.Left), uint32(o.Left)) && !before(uint32(o.Right), uint32(b.Right))
	}
	return twice && !before(p.seq, uint32(b.Left)) && !before(uint32(b.Right), p.end())
}
