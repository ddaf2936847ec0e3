package pair

import (
	"slices"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// Why is a segment sent again that has arrived? What its receiver had said of it before the
// copy came tells.

// repeat is the copy of a segment that had arrived, until it is known what became of its
// acknowledgments.
type repeat struct {
	row
	end       uint32 // the sequence number behind it
	overtaken bool   // the first arrived behind what was sent later
	first     ackSent
	came      bool // an acknowledgment was there before the copy was sent
	underWay  bool // one came between that and the arrival of the copy, or later
}

// ackSent is the earliest acknowledgment of what a repeat carries.
type ackSent struct {
	at    frame.Time // by its sender's clock; valid iff known
	known bool
	lost  bool
	weak  bool // unless a capture missed it
}

// mostRepeats is how many repeats of a connection wait at a time.
const mostRepeats = 16

// span is what some payload takes of the sequence numbers.
type span struct{ from, to uint32 }

// overtakenSpans are what arrived lately behind what was sent later.
type overtakenSpans struct {
	list [4]span
	n    uint8
}

func (o *overtakenSpans) add(s *seg) {
	o.list[int(o.n)%len(o.list)] = span{s.seq, s.end()}
	if o.n++; int(o.n) == 2*len(o.list) {
		o.n = uint8(len(o.list))
	}
}

// has reports whether some of what s carries was overtaken.
func (o *overtakenSpans) has(s *seg) bool {
	for _, v := range o.list[:min(int(o.n), len(o.list))] {
		if before(s.seq, v.to) && before(v.from, s.end()) {
			return true
		}
	}
	return false
}

// longestAnswer is how long after a SYN a SYN,ACK is its answer, and no timer's doing.
const longestAnswer = second / 50

// answersSYN reports whether a SYN,ACK was sent since a SYN came to its sender.
func (k *link) answersSYN(r *row) bool {
	came := k.flows[1-r.dir].syn[k.sender(r.dir)]
	since := r.at[k.sender(r.dir)] - came
	return r.flags.Has(segment.SYN|segment.ACK) && came != 0 && since >= 0 && since <= longestAnswer
}

// again takes in a segment that arrived although what it carries had been acknowledged;
// first means that it is the one that was sent first, and its copy was faster.
func (k *link) again(s *seg, r *row, first bool) {
	if k.answersSYN(r) || first && !k.flows[s.dir].came(s) { // what was acknowledged before was not its sender's
		return
	}
	if len(k.repeats) == mostRepeats {
		k.decide(&k.repeats[0])
		k.repeats = slices.Delete(k.repeats, 0, 1)
	}
	p := repeat{row: *r, end: s.end(), overtaken: first || k.flows[s.dir].overtaken.has(s)}
	back := k.flows[1-s.dir].recent
	for i := range back {
		if back[i].bits&isACK != 0 {
			k.addACK(&p, &row{ack: back[i].ack, at: back[i].at, frames: back[i].frames, fate: Delivered})
		}
	}
	k.repeats = append(k.repeats, p)
}

// answer takes in what became of a segment that acknowledges something.
func (k *link) answer(r *row) {
	for i := range k.repeats {
		if p := &k.repeats[i]; p.dir != r.dir {
			k.addACK(p, r)
		}
	}
}

// addACK takes in an acknowledgment for a repeat: it counts where it was sent before the copy came.
func (k *link) addACK(p *repeat, r *row) {
	sender := k.sender(p.dir)
	if p.flags.Has(segment.SYN) && r.ack != p.end {
		return // it acknowledges another connection (RFC 9293 §3.5.1), or what was forged
	}
	if before(r.ack, p.end) || r.frames[1-sender] == 0 || r.at[1-sender] > p.at[1-sender] {
		return
	}
	if f := &p.first; !f.known || r.at[1-sender] < f.at {
		*f = ackSent{at: r.at[1-sender], known: true, lost: r.fate == Lost, weak: r.weak}
	}
	if r.fate == Delivered && r.frames[sender] != 0 {
		if r.at[sender] <= p.at[sender] {
			p.came = true
		} else {
			p.underWay = true
		}
	}
}

// decide notes why a segment was sent again.
func (k *link) decide(p *repeat) {
	n := k.note()
	list := &n.spurious
	switch {
	case p.overtaken:
		list = &n.overtaken
	case p.came:
		list = &n.ignored
	case !p.first.known:
	case p.first.lost:
		list, p.weak = &n.unheard, p.first.weak
	case p.underWay:
		list = &n.early
	}
	list[p.dir].add(&p.row)
}

// decideAll notes why what still waits was sent again.
func (k *link) decideAll() {
	if k.story == nil {
		return
	}
	for i := range k.repeats {
		k.decide(&k.repeats[i])
	}
	k.repeats = k.repeats[:0]
}
