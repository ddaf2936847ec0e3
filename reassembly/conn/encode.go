package conn

import (
	"encoding/binary"
	"errors"
	"fmt"

	"finwait/reassembly/internal/codec"
	"finwait/reassembly/internal/slab"
)

// encodingVersion is raised when the same octets would mean something else. A change
// of layout shows by itself, see layout.
const encodingVersion = 1

// How the parts of a connection are encoded, in this order.
var (
	headType     = codec.TypeOf[Head]()
	entryType    = codec.TypeOf[entry]()
	countersType = codec.TypeOf[counters]()
	tokensType   = codec.TypeOf[moreTokens]()
	holesType    = codec.TypeOf[holes]()
	windowsType  = codec.TypeOf[windows]()
	talkType     = codec.TypeOf[talk]()
	requestsType = codec.TypeOf[requests]()
)

// layout tells encodings of this program from those of one that keeps other things.
var layout = headType.Hash ^ entryType.Hash*3 ^ countersType.Hash*5 ^ tokensType.Hash*7 ^ holesType.Hash*11 ^
	windowsType.Hash*13 ^ talkType.Hash*17 ^ requestsType.Hash*19

// ErrVersion says that an encoded connection is of another version of the program.
var ErrVersion = errors.New("encoded connection of another version")

// Append appends the encoding of a connection to dst: all that is known of it, so
// that one that was decoded goes on taking segments as if nothing had been. A
// connection of ten segments takes some 500 octets.
func (x *Store) Append(dst []byte, h *Head) []byte {
	v := x.Value(h)
	head := *h
	head.log, head.counters, head.turns, head.stalls = slab.Run{}, 0, 0, 0
	dst = binary.BigEndian.AppendUint32(append(dst, encodingVersion), layout)
	dst = headType.Append(dst, &head)
	dst = binary.AppendUvarint(dst, uint64(x.logs.Room(&h.log))) // when it is thinned depends on it
	dst = binary.AppendUvarint(dst, uint64(len(v.log)))
	for i := range v.log {
		dst = entryType.Append(dst, &v.log[i])
	}
	dst = appendPart(dst, countersType, v.counters.unlinked())
	if v.counters != nil {
		dst = appendPart(dst, tokensType, v.more)
		dst = appendPart(dst, holesType, v.holes[0])
		dst = appendPart(dst, holesType, v.holes[1])
	}
	dst = appendPart(dst, windowsType, v.windows)
	dst = appendPart(dst, talkType, v.talk.unlinked())
	if v.talk == nil {
		return dst
	}
	for _, head := range v.heads {
		dst = append(binary.AppendUvarint(dst, uint64(len(head))), head...)
	}
	return appendPart(dst, requestsType, v.requests)
}

// unlinked returns c without indices into a Store.
func (c *counters) unlinked() *counters {
	c = clone(c)
	if c != nil {
		c.tokens.more, c.ends[0].holes, c.ends[1].holes = 0, 0, 0
	}
	return c
}

// unlinked returns k without indices into a Store.
func (k *talk) unlinked() *talk {
	k = clone(k)
	if k != nil {
		k.tls, k.last[0].head, k.last[1].head = 0, slab.Run{}, slab.Run{}
	}
	return k
}

// appendPart appends a part that there may be.
func appendPart[T any](dst []byte, t *codec.Type[T], v *T) []byte {
	if v == nil {
		return append(dst, 0)
	}
	return t.Append(append(dst, 1), v)
}

// Decode makes h the connection that b begins with, and returns what is behind it.
// Where it fails h is none.
func (x *Store) Decode(b []byte, h *Head) (rest []byte, err error) {
	if len(b) < 5 || b[0] != encodingVersion || binary.BigEndian.Uint32(b[1:]) != layout {
		return nil, ErrVersion
	}
	if b, err = headType.Decode(b[5:], h); err != nil {
		return nil, err
	}
	h.log, h.counters, h.turns, h.stalls = slab.Run{}, 0, 0, 0
	d := decoder{b: b}
	d.log(x, h)
	d.counters(x, h)
	h.stalls, _ = decodePart(&d, windowsType, &x.windows)
	d.talk(x, h)
	if d.err == nil && !h.valid() {
		d.err = codec.ErrShort
	}
	if d.err != nil {
		x.Release(h)
		return nil, fmt.Errorf("connection: %w", d.err)
	}
	return d.b, nil
}

// decoder reads the parts of a connection behind its head. After an error it reads
// nothing any more.
type decoder struct {
	b   []byte
	err error
}

// number returns the next number, which is at most most.
func (d *decoder) number(most int) int {
	v, n := binary.Uvarint(d.b)
	if d.err == nil && (n <= 0 || v > uint64(most)) {
		d.err = codec.ErrShort
	}
	if d.err != nil {
		return 0
	}
	d.b = d.b[n:]
	return int(v)
}

// decodePart reads a part that there may be into a row of its table.
func decodePart[T any](d *decoder, t *codec.Type[T], table *slab.Slab[T]) (i uint32, v *T) {
	if d.number(1) == 0 {
		return 0, nil
	}
	i, v = table.Alloc()
	if d.b, d.err = t.Decode(d.b, v); d.err != nil {
		table.Release(i)
		return 0, nil
	}
	return i, v
}

func (d *decoder) log(x *Store, h *Head) {
	room := d.number(manyEntries)
	n := d.number(room)
	if d.err == nil && n == 0 {
		d.err = codec.ErrShort
	}
	if d.err != nil {
		return
	}
	x.logs.Reserve(&h.log, room)
	h.log.N = uint16(n)
	list := x.logs.Of(&h.log)
	for i := range list {
		if d.err == nil {
			d.b, d.err = entryType.Decode(d.b, &list[i])
		}
	}
}

func (d *decoder) counters(x *Store, h *Head) {
	var c *counters
	if h.counters, c = decodePart(d, countersType, &x.counters); c == nil {
		return
	}
	c.tokens.more, _ = decodePart(d, tokensType, &x.more)
	for side := range c.ends {
		c.ends[side].holes, _ = decodePart(d, holesType, &x.holes)
		if hole := x.holes.Find(c.ends[side].holes); hole != nil && hole.n > maxHoles && d.err == nil {
			d.err = codec.ErrShort
		}
	}
	if d.err == nil && (c.tokens.n > inlineTokens || c.firstFIN > noSide) {
		d.err = codec.ErrShort
	}
}

func (d *decoder) talk(x *Store, h *Head) {
	var k *talk
	if h.turns, k = decodePart(d, talkType, &x.talks); k == nil {
		return
	}
	k.tls, k.last[0].head, k.last[1].head = 0, slab.Run{}, slab.Run{}
	for side := range k.last {
		n := d.number(min(HeadLen, len(d.b)))
		if d.err == nil && n <= len(d.b) {
			x.lengthen(&k.last[side].head, d.b[:n])
			d.b = d.b[n:]
		} else if d.err == nil {
			d.err = codec.ErrShort
		}
	}
	var q *requests
	if k.tls, q = decodePart(d, requestsType, &x.requests); q != nil && q.n > maxBursts {
		d.err = codec.ErrShort
	}
	if d.err == nil && (k.speaker > noSide || int(k.proto) >= len(protocolNames) || k.tails[0].n > tailLen || k.tails[1].n > tailLen) {
		d.err = codec.ErrShort
	}
}

// valid reports whether a head that was decoded can be a connection's.
func (h *Head) valid() bool {
	return int(h.Ended) < len(endNames) && (h.counters != 0 || h.log.N <= maxOrderly)
}
