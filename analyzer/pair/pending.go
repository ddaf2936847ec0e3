package pair

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// pend is a segment of one capture that was not found in the other so far, with what is
// known about it since.
type pend struct {
	seg
	time  frame.Time // by A's clock, as far as it was known then
	acked frame.Time // when its receiver acknowledged it; valid iff wasAcked
	known proof
	n     uint32   // in the union; 0 for none
	came  uint8    // copies of it that arrived, and were captured
	twice [2]uint8 // how often its receiver said that it came once more, by capture
}

// proof is evidence about a segment that only one capture holds.
type proof uint16

const (
	wasAcked   proof = 1 << iota // its receiver acknowledged what it carries
	copyFirst                    // a copy of it had arrived before that
	copyCame                     // a copy of it arrived
	echoed                       // its receiver echoed its timestamp, which no other segment bears
	notEchoed                    // its receiver went on to echo an earlier timestamp
	ignored                      // its receiver went on as if it had not come
	denied                       // its sender went on as if it had not sent it
	passedOver                   // its sender went on behind it
	repeated                     // it was sent before, or again
	heldBefore                   // what it carries had arrived, with the same timestamp
	stillAsked                   // its receiver asked for it when it should have arrived
	sharedVal                    // another segment of its sender bears the same timestamp
	wasAsked                     // its receiver had acknowledged all before it when it was sent
)

func (p *pend) knows(k proof) bool { return p.known&k == k }

// pending is what of one capture was not found in the other, in the order in which it
// came.
type pending struct {
	keys  []uint64 // 0 of what is gone
	items []pend
	head  int // what stands before it is gone
	live  int
}

// mostPending bounds what is pending of a connection in one capture.
const mostPending = 4096

func (q *pending) add(p *pend) {
	q.keys, q.items = append(q.keys, p.key()), append(q.items, *p)
	q.live++
}

// remove removes one.
func (q *pending) remove(i int) {
	q.keys[i] = 0
	q.live--
	for q.head < len(q.keys) && q.keys[q.head] == 0 {
		q.head++
	}
	switch {
	case q.live == 0:
		q.keys, q.items, q.head = q.keys[:0], q.items[:0], 0
	case len(q.keys) > 64 && q.live < len(q.keys)/4:
		n := 0
		for j := q.head; j < len(q.keys); j++ {
			if q.keys[j] != 0 {
				q.keys[n], q.items[n] = q.keys[j], q.items[j]
				n++
			}
		}
		q.keys, q.items, q.head = q.keys[:n], q.items[:n], 0
	}
}

// sentAgain reports whether what item i carries was sent again before long.
func (q *pending) sentAgain(i int) bool {
	p := &q.items[i]
	for j := i + 1; j < len(q.items) && j-i <= mostLearning; j++ {
		if o := &q.items[j]; q.keys[j] != 0 && o.dir == p.dir && !before(p.seq, o.seq) && !before(o.end(), p.end()) {
			return true
		}
	}
	return false
}

// move gives an item the key of what it became.
func (q *pending) move(i int) { q.keys[i] = q.items[i].key() }

// exact returns the item that is most like s, and begins where it begins; -1 where there
// is none. fits says which may be the same.
func (q *pending) exact(s *seg, fits func(*pend) (int, bool)) int {
	best, most := -1, -1
	k := s.key()
	for i := q.head; i < len(q.keys); i++ {
		if q.keys[i] != k {
			continue
		}
		if score, ok := fits(&q.items[i]); ok && score > most {
			best, most = i, score
		}
	}
	return best
}

// overlapping returns an item that holds some of the payload of s; -1 where there is none.
func (q *pending) overlapping(s *seg, fits func(*pend) (int, bool)) int {
	const most = 256 // of the latest
	for i := max(q.head, len(q.keys)-most); i < len(q.keys); i++ {
		p := &q.items[i]
		if q.keys[i] == 0 || p.dir != s.dir || p.len == 0 || p.ack != s.ack || p.has(segment.SYN|segment.RST) {
			continue
		}
		if !before(p.seq, s.seq+s.len) || !before(s.seq, p.seq+p.len) {
			continue
		}
		if _, ok := fits(p); ok {
			return i
		}
	}
	return -1
}
