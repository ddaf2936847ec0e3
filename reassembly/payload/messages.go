package payload

import (
	"bytes"
	"math"

	"finwait/reassembly/internal/slab"
	"finwait/reassembly/seqnum"
)

// reading is how far the HTTP/1 messages of a side's turn were read. A client may send
// requests without waiting for the answers (RFC 9112 §9.3.2), so that a turn may hold
// several.
type reading struct {
	next     seqnum.Offset // sequence position where it goes on; octets between are a body
	messages slab.Run      // of the turn, in Store.messages
	carry    slab.Run      // in Store.carries: how the line began that goes on at next
	mode     mode
	long     bool    // the line is longer than its carry
	loose    bool    // what begins next stands behind something that was not read
	opening  opening // how the turn begins, whatever its protocol
}

// mode is what a reading expects next.
type mode uint8

const (
	lost      mode = iota // nothing: what came is no message, or the end of one is not known
	atStart               // the first line of a message
	inHead                // a field, or the empty line behind them
	atChunk               // the size of a chunk
	atEnd                 // the end of the line behind a chunk
	inTrailer             // a field behind the last chunk, or the empty line
	modes
)

const (
	maxMessages = 24  // bounds how many of a turn are kept apart
	maxCarry    = 384 // octets of a line that are kept until its end comes
)

// begin takes in that a turn begins at a sequence position.
func (r *reading) begin(at seqnum.Offset) {
	r.next, r.mode, r.long, r.loose = at, atStart, false, false
	r.messages.N, r.carry.N, r.opening = 0, 0, opening{}
}

// inSync reports whether a piece at a sequence position can be read on.
func (r *reading) inSync(at seqnum.Offset) bool {
	return r.mode != lost && r.next >= at && (r.mode != atStart || r.next == at)
}

// read reads the messages in a piece. A message is met at the start of a turn, where the
// message before ended, and, while more requests than responses were seen, where a piece
// begins as a response does. What begins elsewhere is not seen.
func (x *Store) read(k *state, p *Piece) {
	s := &k.sides[p.Side]
	r := &s.reading
	if k.proto == HTTP1 && !r.inSync(p.At) && k.due(p.Side) && isResponse(p.Octets) {
		r.next, r.mode, r.long, r.loose = p.At, atStart, false, true
		r.carry.N = 0
	}
	for r.mode != lost {
		from := r.next
		at := from - p.At
		if at < 0 || at >= seqnum.Offset(len(p.Octets)) {
			return
		}
		line, whole, begun := p.Octets[at:], false, r.carry.N > 0
		if r.mode == inHead && !begun {
			if x.fields(k, p.Side, line); r.next != from || r.mode != inHead {
				continue
			}
		}
		if r.mode == atStart && !begun && (line[0] < 'A' || line[0] > 'Z') {
			r.mode = lost // so that no end of a line is looked for in what is no text
			return
		}
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, whole = line[:i+1], true
		}
		r.next += seqnum.Offset(len(line))
		if begun {
			line = x.carry(r, line)
		}
		if whole {
			line = unended(line[:max(len(line)-1, 0)])
		}
		switch {
		case !x.line(k, p.Side, line, from, whole, begun):
			r.mode, r.next, r.carry.N = lost, min(r.next, from), 0
		case whole:
			r.carry.N, r.long = 0, false
		case !begun:
			x.carry(r, line)
		}
	}
}

// fields reads the lines of a head that are whole in octets, which begin where the
// reading goes on: most heads come in one piece.
func (x *Store) fields(k *state, side uint8, octets []byte) {
	r := &k.sides[side].reading
	m := x.latest(r)
	for r.mode == inHead {
		n := bytes.IndexByte(octets, '\n')
		if n < 0 {
			return
		}
		line := unended(octets[:n])
		if len(line) > 0 && !m.field(line) {
			m.Form, r.mode = Damaged, lost
			return
		}
		octets = octets[n+1:]
		if r.next += seqnum.Offset(n + 1); len(line) == 0 {
			x.endHead(k, side, m)
		}
	}
}

// unended returns a line without its end: CR and LF, or LF alone (RFC 9112 §2.2), which is
// gone already.
func unended(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// carry appends to the carry of a line, as much as belongs there, and returns it.
func (x *Store) carry(r *reading, octets []byte) []byte {
	n := int(r.carry.N)
	all := min(n+len(octets), maxCarry)
	r.long = r.long || n+len(octets) > maxCarry
	x.carries.Reserve(&r.carry, all)
	r.carry.N = uint16(all)
	line := x.carries.Of(&r.carry)
	copy(line[n:], octets)
	return line
}

// line takes in a line that goes on at from, or what has come of it; begun means that
// some of it was seen before. It returns false where it is not what was expected.
func (x *Store) line(k *state, side uint8, line []byte, from seqnum.Offset, whole, begun bool) bool {
	r := &k.sides[side].reading
	if r.mode == atStart {
		return x.start(k, side, line, from, whole, begun)
	}
	if !whole {
		return true
	}
	m := x.latest(r)
	switch r.mode {
	case inHead:
		if len(line) == 0 {
			x.endHead(k, side, m)
		} else if !m.field(line) {
			m.Form = Damaged
			return false
		}
	case atChunk:
		n, ok := chunkSize(line)
		r.mode = atEnd
		if r.next += seqnum.Offset(n); n == 0 {
			r.mode = inTrailer
		}
		return ok
	case atEnd:
		r.mode = atChunk
		return len(line) == 0
	case inTrailer:
		if len(line) == 0 {
			m.Ended, m.Length = true, int64(r.next-k.sides[side].at)-int64(m.At)-int64(m.Head)
			r.mode = atStart
		}
	}
	return true
}

// latest returns the message that is being read; there must be one.
func (x *Store) latest(r *reading) *Message { return x.messages.Last(&r.messages) }

// start takes in the first line of a message, and counts it.
func (x *Store) start(k *state, side uint8, line []byte, from seqnum.Offset, whole, begun bool) bool {
	s := &k.sides[side]
	r := &s.reading
	m := Message{Length: -1, At: uint32(min(from-s.at, math.MaxUint32)), Loose: r.loose || from-s.at > math.MaxUint32}
	if begun {
		m = *x.latest(r)
	}
	was := m
	ok := m.first(line, whole, r.long)
	isOne := ok || was.Form != Unread || isResponse(line) // a damaged one is one, too
	switch {
	case begun && !isOne:
		r.messages.N--
		r.next = s.at + seqnum.Offset(m.At)
		return false
	case !isOne:
		return false
	case begun:
		*x.latest(r) = m
	default:
		x.keep(r, &m)
	}
	switch {
	case was.Form == Unread && m.Form != Unread:
		if k.proto == ProtocolUnknown {
			k.proto = HTTP1
		}
		if !m.Interim() {
			s.messages++
		}
	case was.Status == 0 && m.Interim():
		s.messages-- // it was counted before its status came
	}
	if whole {
		r.mode = inHead
	}
	return ok
}

// keep adds a message to those of its turn. One of which it is not known what stands
// before it, or for which there is no room, takes the place of the latest such.
func (x *Store) keep(r *reading, m *Message) {
	n := int(r.messages.N)
	switch {
	case n > 0 && x.latest(r).Loose, n > maxMessages:
		m.Loose = true
	default:
		x.messages.Reserve(&r.messages, n+1)
		r.messages.N++
	}
	*x.latest(r) = *m
}

// endHead takes in the end of a head: behind it is the body, if there is one.
func (x *Store) endHead(k *state, side uint8, m *Message) {
	s := &k.sides[side]
	r := &s.reading
	m.Head = uint32(min(max(int64(r.next-s.at)-int64(m.At), 1), math.MaxUint32))
	n, known := m.Body(x.asked(k, side))
	switch {
	case m.Status == StatusSwitchingProtocols:
		r.mode = lost
	case known:
		r.next += seqnum.Offset(n)
		r.mode = atStart
	case m.Chunked:
		r.mode = atChunk
	default:
		r.mode = lost // it is not known how long the body is
	}
}

// asked returns the method of the request that the latest message of a side answers, as
// far as it is known.
func (x *Store) asked(k *state, side uint8) Method {
	answered := 0
	list := x.messages.Of(&k.sides[side].reading.messages)
	for i := range list[:len(list)-1] {
		if !list[i].Interim() {
			answered++
		}
	}
	requests := x.messages.Of(&k.sides[1-side].reading.messages)
	if answered < len(requests) && !list[len(list)-1].Loose {
		return requests[answered].Method
	}
	return MethodOther
}

// due reports whether the other side asked for more than side answered, or was not
// captured.
func (k *state) due(side uint8) bool {
	asked := k.sides[1-side].messages
	return asked > k.sides[side].messages || asked == 0
}
