package payload

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/seqnum"
)

// Store holds what was recognised in the payload of connections, in tables that hold no
// pointers. It is used from one goroutine; a Value of it may be read from another.
type Store struct {
	states   slab.Slab[state]
	messages slab.Store[Message]
	carries  slab.Store[byte]
	records  slab.Slab[records]
}

// NewStore returns a Store in which nothing was recognised.
func NewStore() *Store {
	return &Store{messages: slab.NewStore[Message](1, 2, 4, 8, maxMessages+1), carries: slab.NewStore[byte](64, maxCarry)}
}

// Piece is payload that one side of a connection sent, of which some had not come
// before.
type Piece struct {
	Time   frame.Time
	Frame  int64
	Side   uint8
	Size   uint32        // octets on the wire
	Octets []byte        // those that were captured, from the first on
	At     seqnum.Offset // sequence position of the first
	Fresh  int64         // octets that had not come before
}

// state is what was recognised in the payload of one connection.
type state struct {
	sides  [2]side
	tls    uint32 // index into Store.records, or 0
	sender uint8
	proto  Protocol

	// high are bits 32 to 35 of the frames of each side's turn: of the first below, of the
	// last above.
	high [2]uint8
}

// side is what one side said last, and how often it spoke.
type side struct {
	start, end           frame.Time // see Extent
	startFrame, endFrame uint32     // low bits
	bytes                int64
	at                   seqnum.Offset

	reading  reading
	tail     Tail
	turns    uint32
	messages uint32 // HTTP/1 requests or responses, no interim ones
}

// lowNibble are the bits of state.high of a turn's first frame.
const lowNibble = 15

// extent returns that of a side's turn.
func (k *state) extent(side uint8) Extent {
	s, high := &k.sides[side], int64(k.high[side])
	return Extent{
		Start: s.start, End: s.end, Bytes: s.bytes, At: s.at,
		StartFrame: high&lowNibble<<32 | int64(s.startFrame), EndFrame: high>>4<<32 | int64(s.endFrame),
	}
}

// noSide is the sender before anybody sent.
const noSide = 2

// Add takes in payload of a connection. i is where its state lies, 0 before there is
// one.
func (x *Store) Add(i *uint32, p *Piece) {
	if *i == 0 {
		row, k := x.states.Alloc()
		*k = state{sender: noSide}
		*i = row
	}
	k := x.states.At(*i)
	s := &k.sides[p.Side]
	if k.sender != p.Side {
		k.sender = p.Side
		s.turns++
		s.start, s.startFrame, s.at, s.bytes = p.Time, uint32(p.Frame), p.At, 0
		k.high[p.Side] = uint8(p.Frame>>32) & lowNibble
		s.reading.begin(p.At)
		k.recognise(p.Octets)
	}
	s.end, s.endFrame = p.Time, uint32(p.Frame)
	k.high[p.Side] = k.high[p.Side]&lowNibble | uint8(p.Frame>>32)<<4
	s.bytes += p.Fresh
	s.tail.add(p)
	switch k.proto {
	case ProtocolUnknown, HTTP1:
		x.read(k, p)
	case TLS:
		if k.tls == 0 {
			row, q := x.records.Alloc()
			*q = records{}
			k.tls = row
		}
		x.records.At(k.tls).add(p)
	}
	s.reading.opening.add(p, s.at, k.proto == ProtocolUnknown)
}

// Used returns of how many connections at a time a Store ever held something.
func (x *Store) Used() int { return x.states.Used() }

// ReadAhead loads the state at i into the caches of the processor, see slab.Slab.ReadAhead.
func (x *Store) ReadAhead(i uint32) uint64 { return x.states.ReadAhead(i) }

// ReadMessagesAhead does so with the messages of the state at i.
func (x *Store) ReadMessagesAhead(i uint32) (sum uint64) {
	if k := x.states.Find(i); k != nil {
		for side := range k.sides {
			sum += x.messages.ReadAhead(&k.sides[side].reading.messages)
		}
	}
	return sum
}

// Release gives back the state at i; 0 is ignored.
func (x *Store) Release(i uint32) {
	k := x.states.Find(i)
	if k == nil {
		return
	}
	for side := range k.sides {
		x.messages.Release(&k.sides[side].reading.messages)
		x.carries.Release(&k.sides[side].reading.carry)
	}
	x.records.Release(k.tls)
	x.states.Release(i)
}
