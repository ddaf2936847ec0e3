package pair

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// notes are the segments of a link that rules tell of.
type notes struct {
	lost     [2]noted // payload and ACKs that were lost, by direction
	weakly   [2]noted // likewise, unless a capture missed them
	syns     [2]noted // SYNs
	fins     [2]noted // FINs that were lost
	resets   [2]noted // RSTs that were lost
	forged   [2]noted // RSTs that were forged
	foreign  [2]noted // others that were forged
	copies   [2]noted // FINs that the network made copies of
	sent     [2]noted // RSTs that both captures hold
	spurious [2]noted // sent again although they had arrived
	// Likewise, and why: the acknowledgment was under way, it was lost, it had come and was
	// ignored, the first was overtaken.
	early, unheard, ignored, overtaken [2]noted
}

// fins are when the first FIN of each direction was sent and when it arrived, each by the
// clock of the capture there; 0 where none was or did.
type fins struct{ sent, came [2]frame.Time }

// see takes in a row with a FIN; sender is the capture that is nearer to who sent it.
func (f *fins) see(r *row, sender int) {
	if at := r.at[sender]; r.frames[sender] != 0 && (f.sent[r.dir] == 0 || at < f.sent[r.dir]) {
		f.sent[r.dir] = at
	}
	if at := r.at[1-sender]; r.frames[1-sender] != 0 && r.fate != Forged && (f.came[r.dir] == 0 || at < f.came[r.dir]) {
		f.came[r.dir] = at
	}
}

// all returns what was noted, each by direction.
func (n *notes) all() [14]*[2]noted {
	return [...]*[2]noted{&n.lost, &n.weakly, &n.syns, &n.fins, &n.resets, &n.forged, &n.foreign, &n.copies, &n.sent, &n.spurious, &n.early, &n.unheard, &n.ignored, &n.overtaken}
}

// noted is segments: how many there are, and the first few.
type noted struct {
	n     int64
	weak  int64 // of them, those that a capture may have missed
	first []row
}

const mostNoted = 8

// sure returns how many there are: of those that a capture may have missed none, unless
// they count as well.
func (n *noted) sure(weak bool) int64 {
	if weak {
		return n.n
	}
	return n.n - n.weak
}

func (n *noted) add(r *row) {
	n.n++
	if r.weak {
		n.weak++
	}
	if len(n.first) < mostNoted {
		n.first = append(n.first, *r)
	}
}

// see takes in a row that was not delivered, or is an RST.
func (n *notes) see(r *row) {
	fin, rst := r.flags.Has(segment.FIN), r.flags.Has(segment.RST)
	switch {
	case r.fate == Lost && rst:
		n.resets[r.dir].add(r)
	case r.fate == Lost && r.flags.Has(segment.SYN):
		n.syns[r.dir].add(r)
	case r.fate == Lost && fin:
		n.fins[r.dir].add(r)
	case r.fate == Forged && rst:
		n.forged[r.dir].add(r)
	case r.fate == Forged:
		n.foreign[r.dir].add(r)
	case r.fate == Duplicated && fin:
		n.copies[r.dir].add(r)
	case r.fate == Delivered && rst:
		n.sent[r.dir].add(r)
	}
	switch {
	case r.fate != Lost:
	case r.weak:
		n.weakly[r.dir].add(r)
	default:
		n.lost[r.dir].add(r)
	}
}

// frames returns the frames of a capture.
func (n *noted) frames(c int) []int64 {
	list := []int64{}
	for i := range n.first {
		if f := n.first[i].frames[c]; f != 0 {
			list = append(list, int64(f))
		}
	}
	return list
}
