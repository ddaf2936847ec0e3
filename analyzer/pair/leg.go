package pair

import (
	"bytes"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// leg is a connection in one capture.
type leg struct {
	capture int // 0 of A, 1 of B
	stream  uint32
	ends    [2]segment.Endpoint // by the side that the tracker gives them
	flip    uint8               // the direction of a segment is its side, exclusive-or this
	opened  bool                // the SYN told which way is which
	link    *link
	record  []byte // encoded; empty until it is final
	before  *leg   // of the same stream, where the other capture tells two connections
	waits   bool   // it is final, and may still be found

	isn  [2]number // by direction
	last [2]number // sequence numbers sent last, by direction
	at   frame.Time

	prints  []printed // of its latest segments, while it stands alone
	printed int
	same    *leg // the next that stands alone with the same addresses and ports
}

// printed is the print of a segment, and its direction.
type printed struct {
	print uint64
	dir   uint8
}

// keptPrints is by how many segments another leg can find one that stands alone.
const keptPrints = 16

// number is a sequence number, where it is known.
type number struct {
	value uint32
	known bool
}

// tuple is the addresses and ports of a connection, whoever opened it.
type tuple [2]segment.Endpoint

func (l *leg) tuple() tuple {
	a, b := l.ends[0], l.ends[1]
	if c := bytes.Compare(a.Addr[:], b.Addr[:]); c > 0 || c == 0 && a.Port > b.Port {
		a, b = b, a
	}
	return tuple{a, b}
}

// begin makes l, which is empty, the leg that an event begins.
func (l *leg) begin(capture int, e *event) {
	l.capture, l.stream, l.ends, l.flip = capture, e.stream, e.ends, e.side
	switch {
	case e.has(segment.SYN | segment.ACK):
		l.flip, l.opened = 1-e.side, true
	case e.has(segment.SYN):
		l.opened = true
	}
}

// sender returns the end whose segments have a direction.
func (l *leg) sender(dir uint8) segment.Endpoint { return l.ends[dir^l.flip] }

// see takes in what a segment says of sequence numbers.
func (l *leg) see(s *seg) {
	l.at = s.at
	mine, its := &l.last[s.dir], &l.last[1-s.dir]
	if !s.has(segment.RST) {
		*mine = number{s.end(), true}
	}
	if s.has(segment.ACK) && !its.known {
		*its = number{s.ack, true}
	}
	if s.has(segment.SYN) {
		l.isn[s.dir] = number{s.seq, true}
		if s.has(segment.ACK) && !l.isn[1-s.dir].known {
			l.isn[1-s.dir] = number{s.ack - 1, true}
		}
	}
}

// turn swaps the directions of a leg.
func (l *leg) turn() {
	l.flip ^= 1
	l.isn[0], l.isn[1] = l.isn[1], l.isn[0]
	l.last[0], l.last[1] = l.last[1], l.last[0]
}

// fits reports whether two legs of the same addresses and ports can be one connection,
// and not two that used them one after the other. turned says that their directions differ.
func (l *leg) fits(o *leg, turned bool) bool {
	const near = 1 << 24 // octets that may be on their way
	compared := false
	for dir := range l.isn {
		other := dir
		if turned {
			other = 1 - dir
		}
		if a, b := l.isn[dir], o.isn[other]; a.known && b.known {
			if a.value != b.value {
				return false
			}
			compared = true
			continue
		}
		if a, b := l.last[dir], o.last[other]; a.known && b.known {
			if d := int32(a.value - b.value); d > near || d < -near {
				return false
			}
			compared = true
		}
	}
	return compared
}

// continues reports whether a segment can be one of the connection.
func (l *leg) continues(s *seg) bool {
	const near = 1 << 24 // octets that may be on their way
	if last := l.last[s.dir]; last.known {
		if d := int32(s.seq - last.value); d > near || d < -near {
			return false
		}
	}
	return true
}

// table is the legs of one capture.
type table struct {
	live   streams
	tuples map[tuple]*leg  // those that stand alone
	prints map[uint64]*leg // likewise
	ports  [4096]int32     // how many stand alone, by a mixture of their ports
}

func newTable() *table {
	return &table{tuples: map[tuple]*leg{}, prints: map[uint64]*leg{}}
}

// mixture is equal for legs of the same ports, whoever opened them.
func (l *leg) mixture() int { return int(l.ends[0].Port^l.ends[1].Port) % 4096 }

// mayOffer reports whether one with the addresses and ports of l may stand alone.
func (t *table) mayOffer(l *leg) bool { return t.ports[l.mixture()] != 0 }

// offer lets another capture's leg find l by its addresses and ports.
func (t *table) offer(l *leg) {
	t.ports[l.mixture()]++
	key := l.tuple()
	l.same = t.tuples[key]
	t.tuples[key] = l
}

// print lets another capture's leg find l by a segment.
func (t *table) print(l *leg, s *seg, k uint64) {
	if p := (printed{k, s.dir}); len(l.prints) < keptPrints {
		l.prints = append(l.prints, p)
	} else {
		old := &l.prints[l.printed%keptPrints]
		if t.prints[old.print] == l {
			delete(t.prints, old.print)
		}
		*old = p
	}
	l.printed++
	t.prints[k] = l
}

// withdraw takes back what offer and print did.
func (t *table) withdraw(l *leg) {
	key := l.tuple()
	for p, at := (*leg)(nil), t.tuples[key]; at != nil; p, at = at, at.same {
		if at != l {
			continue
		}
		switch {
		case p != nil:
			p.same = l.same
		case l.same != nil:
			t.tuples[key] = l.same
		default:
			delete(t.tuples, key)
		}
		t.ports[l.mixture()]--
		break
	}
	for _, p := range l.prints {
		if t.prints[p.print] == l {
			delete(t.prints, p.print)
		}
	}
	l.prints, l.printed, l.same = l.prints[:0], 0, nil
}

// maxSame bounds how many legs of the same addresses and ports are looked at.
const maxSame = 16

// find returns the leg in t that is the same connection as l, of which s is the latest
// segment; turned says that their directions differ. It is nil where there is none yet.
func (t *table) find(l *leg, s *seg, k uint64) (found *leg, turned bool) {
	n := 0
	for o := t.tuples[l.tuple()]; o != nil && n < maxSame; o = o.same {
		turned = o.sender(0) != l.sender(0)
		if l.fits(o, turned) {
			return o, turned
		}
		n++
	}
	o := t.prints[k]
	if o == nil || o.tuple() == l.tuple() {
		return nil, false
	}
	// The print says that the segment is the same, hence so is its sender.
	return o, o.printDir(k) != s.dir
}

// printDir returns the direction of the segment with a print.
func (l *leg) printDir(k uint64) uint8 {
	for _, p := range l.prints {
		if p.print == k {
			return p.dir
		}
	}
	return 0
}
