package reassembly

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// asked finds what was asked of one address and answered from another: it remembers the
// SYNs of the last seconds by their client and initial sequence number, which address
// translation leaves as they are. They stand in a ring; each knows the one before it in its
// slot, so that forgetting the oldest takes no search.
type asked struct {
	seed  maphash.Seed
	ring  []askedSYN
	slots []uint32 // number of the latest SYN with such a hash
	from  uint32   // number of the oldest; numbers begin at 1, and wrap
	to    uint32   // number of the next
	kin   map[uint32]*kin
}

// askedSYN is a SYN.
type askedSYN struct {
	at     uint32 // ms, which wrap
	older  uint32 // number of the one before it in its slot
	hash   uint32
	conn   uint32 // entry in the table
	stream uint32
	isn    uint32
	tsVal  uint32 // 0 for none
	id     uint16
}

const (
	askedFor     = 3000 // ms: longer than the first two retransmission timeouts of a SYN (RFC 6298 §2.1)
	fewestAsked  = 1 << 6
	mostAsked    = 1 << 12 // the answer to the first came while so many were asked
	mostSameAsks = 4       // of one client and ISN; who asks more is a scanner that has one ISN for all
)

// kin are connections of one client, port and ISN.
type kin struct{ members []member }

// member is a connection, or what is kept of one that was handed out.
type member struct {
	conn    uint32 // entry in the table; 0 where it was handed out
	stream  uint32
	client  uint8 // side
	opening conn.Opening
}

// askFrom takes in a SYN, or a SYN,ACK, of the connection at entry i; opens says that the
// entry is new.
func (t *Tracker) askFrom(i uint32, s *segment.Segment, side uint8, opens bool) {
	if !s.Flags.Has(segment.ACK) {
		n := askedSYN{
			at: millis(t.now), conn: i, stream: t.table.At(i).stream, isn: uint32(s.Seq), id: s.IPID,
		}
		if s.Options.HasTimestamps {
			n.tsVal = s.Options.TSVal
		}
		n.hash = t.asked.hash(&s.Src, n.isn)
		if opens {
			t.findAsked(&n, &s.Src, side, true)
		}
		t.asked.add(n)
	} else if opens {
		n := askedSYN{at: millis(t.now), conn: i, stream: t.table.At(i).stream, isn: uint32(s.Ack) - 1}
		n.hash = t.asked.hash(&s.Dst, n.isn)
		t.findAsked(&n, &s.Dst, 1-side, false)
	}
}

// hash returns that of a client and its ISN.
func (q *asked) hash(client *segment.Endpoint, isn uint32) uint32 {
	if q.slots == nil {
		q.seed, q.slots, q.ring = maphash.MakeSeed(), make([]uint32, fewestAsked), make([]askedSYN, fewestAsked)
		q.from, q.to = 1, 1
	}
	var key [22]byte
	copy(key[:16], client.Addr[:])
	binary.BigEndian.PutUint16(key[16:], client.Port)
	binary.BigEndian.PutUint32(key[18:], isn)
	return uint32(maphash.Bytes(q.seed, key[:]))
}

// add remembers n, and forgets what is too old or too much.
func (q *asked) add(n askedSYN) {
	for q.from != q.to && (n.at-q.at(q.from).at > askedFor || q.to-q.from == mostAsked) {
		q.from++
	}
	if q.to-q.from == uint32(len(q.ring)) {
		q.grow()
	}
	q.put(q.to, n)
	q.to++
}

func (q *asked) at(number uint32) *askedSYN { return &q.ring[number&uint32(len(q.ring)-1)] }

// holds reports whether the SYN of a number is remembered.
func (q *asked) holds(number uint32) bool { return number-q.from < q.to-q.from }

// millis is a time in ms, which wraps.
func millis(t frame.Time) uint32 { return uint32(t / frame.Time(time.Millisecond)) }

// put enters n under a number, which is the greatest so far.
func (q *asked) put(number uint32, n askedSYN) {
	slot := &q.slots[n.hash&uint32(len(q.slots)-1)]
	n.older, *slot = *slot, number
	*q.at(number) = n
}

// grow makes room for twice as many.
func (q *asked) grow() {
	old := *q
	q.ring, q.slots = make([]askedSYN, 2*len(old.ring)), make([]uint32, 2*len(old.ring))
	for i := q.from; i != q.to; i++ {
		q.put(i, *old.at(i))
	}
}

// findAsked joins the connection of n with others that have the SYN of the same client,
// which plays a side in it. Where n is a SYN itself it must be the same packet, as which an
// address translator passes it on: of a scanner's many that have one ISN none is.
func (t *Tracker) findAsked(n *askedSYN, client *segment.Endpoint, side uint8, same bool) {
	q := &t.asked
	count := 0
	for at := q.slots[n.hash&uint32(len(q.slots)-1)]; q.holds(at); at = q.at(at).older {
		o := q.at(at)
		if o.hash != n.hash || o.isn != n.isn || o.stream == n.stream || n.at-o.at > askedFor {
			continue
		}
		if count++; count > mostSameAsks {
			return
		}
		if same && !(o.id == n.id && n.id != 0 || o.tsVal == n.tsVal && n.tsVal != 0) {
			continue
		}
		if clientSide, ok := t.asks(o, client); ok {
			t.join(member{conn: o.conn, stream: o.stream, client: clientSide}, member{conn: n.conn, stream: n.stream, client: side})
			return
		}
	}
}

// asks reports whether the connection of o is still known and has a client, and which side
// that is.
func (t *Tracker) asks(o *askedSYN, client *segment.Endpoint) (side uint8, ok bool) {
	t.settle()
	if t.entryOf(o.conn, o.stream) == nil {
		return 0, false
	}
	for side, a := range &t.head(o.conn).Addr {
		if a == *client {
			return uint8(side), true
		}
	}
	return 0, false
}

// join makes b one of the kin of a.
func (t *Tracker) join(a, b member) {
	q := &t.asked
	if q.kin == nil {
		q.kin = map[uint32]*kin{}
	}
	k := q.kin[a.conn]
	if k == nil {
		k = &kin{members: []member{a}}
		q.kin[a.conn] = k
	}
	if len(k.members) < mostSameAsks && q.kin[b.conn] == nil {
		k.members = append(k.members, b)
		q.kin[b.conn] = k
	}
}

// elsewhere returns what the connection at entry i, which is handed out, is to know of its
// kin, and keeps what they are to know of it.
func (t *Tracker) elsewhere(i uint32, h *conn.Head) *conn.Elsewhere {
	k := t.asked.kin[i]
	if k == nil {
		return nil
	}
	delete(t.asked.kin, i)
	var own *member
	for j := range k.members {
		m := &k.members[j]
		if m.conn == i {
			own = m
			m.opening = t.store.Opening(h, m.client)
		} else if m.conn != 0 {
			m.opening = t.store.Opening(t.head(m.conn), m.client)
		}
	}
	own.conn = 0
	for j := range k.members {
		m := &k.members[j]
		switch {
		case own.opening.Unanswered() && m.opening.Unwanted():
			return &conn.Elsewhere{
				Asked: true, Stream: m.stream, Server: m.opening.Server,
				SYN: own.opening.SYN, Answer: m.opening.Answer, Reset: m.opening.Reset,
			}
		case own.opening.Unwanted() && m.opening.Unanswered():
			return &conn.Elsewhere{
				Stream: m.stream, Server: m.opening.Server,
				SYN: m.opening.SYN, Answer: own.opening.Answer, Reset: own.opening.Reset,
			}
		}
	}
	return nil
}

// frames calls visit with the frames that are kept of kin.
func (q *asked) frames(visit func(frame int64)) {
	for _, k := range q.kin {
		for i := range k.members {
			k.members[i].opening.Frames(visit)
		}
	}
}
