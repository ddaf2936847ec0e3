package payload

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/seqnum"
)

// Store holds what was recognised in the payload of connections, in tables that hold no
// pointers. It is used from one goroutine; a Value of it may be read from another.
type Store struct {
	states  slab.Slab[state]
	heads   slab.Store[byte]
	records slab.Slab[records]
}

// NewStore returns a Store in which nothing was recognised.
func NewStore() *Store {
	return &Store{heads: slab.NewStore[byte](64, 128, 256, HeadLen)}
}

// Piece is payload that one side of a connection sent, of which some had not come
// before.
type Piece struct {
	Time   frame.Time
	Frame  uint32
	Side   uint8
	Size   uint32        // octets on the wire
	Octets []byte        // those that were captured, from the first on
	At     seqnum.Offset // sequence position of the first
	Fresh  int64         // octets that had not come before
}

// whole reports whether all of p was captured.
func (p *Piece) whole() bool { return len(p.Octets) == int(p.Size) }

// state is what was recognised in the payload of one connection: what both sides said
// last, and how often they spoke.
type state struct {
	last    [2]lastTurn // by side
	turns   [2]uint32
	said    [2]uint32        // HTTP/1 requests or responses
	next    [2]seqnum.Offset // where the next of them begins, if the one before tells; 0 where it does not
	alerts  [2]Alert
	tails   [2]Tail
	tls     uint32 // index into Store.records, or 0
	speaker uint8
	proto   Protocol
}

// lastTurn is a Turn with its head in Store.heads.
type lastTurn struct {
	Extent
	head slab.Run
}

// noSide is the speaker before anybody spoke.
const noSide = 2

// Add takes in payload of a connection. i is where its state lies, 0 before there is
// one.
func (x *Store) Add(i *uint32, p *Piece) {
	if *i == 0 {
		row, k := x.states.Alloc()
		*k = state{speaker: noSide}
		*i = row
	}
	k := x.states.At(*i)
	turn := &k.last[p.Side]
	if k.speaker != p.Side {
		k.speaker = p.Side
		k.turns[p.Side]++
		turn.Extent = Extent{Start: p.Time, StartFrame: p.Frame, At: p.At}
		turn.head.N = 0
		k.next[p.Side] = p.At
	}
	if n := int(turn.head.N); n < HeadLen && p.At == turn.At+seqnum.Offset(n) {
		x.lengthen(&turn.head, p.Octets)
		if n == 0 { // the payload is at hand, the head's room perhaps in no cache
			k.recognise(p.Octets[:turn.head.N])
		}
	}
	if k.proto == HTTP1 {
		k.messages(p.Octets, p.Side, p.At)
	}
	turn.End, turn.EndFrame = p.Time, p.Frame
	turn.Bytes += p.Fresh
	k.tails[p.Side].keep(p)
	if k.proto == TLS {
		if k.tls == 0 {
			row, q := x.records.Alloc()
			*q = records{}
			k.tls = row
		}
		x.records.At(k.tls).add(p)
		k.alert(p)
	}
}

// lengthen appends payload to a head, as much as belongs there.
func (x *Store) lengthen(head *slab.Run, octets []byte) {
	n := int(head.N)
	all := min(n+len(octets), HeadLen)
	x.heads.Reserve(head, all)
	head.N = uint16(all)
	copy(x.heads.Of(head)[n:], octets)
}

// Used returns of how many connections at a time a Store ever held something.
func (x *Store) Used() int { return x.states.Used() }

// Release gives back the state at i; 0 is ignored.
func (x *Store) Release(i uint32) {
	if k := x.states.Find(i); k != nil {
		x.records.Release(k.tls)
		x.heads.Release(&k.last[0].head)
		x.heads.Release(&k.last[1].head)
		x.states.Release(i)
	}
}
