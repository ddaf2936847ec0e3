package conn

import (
	"encoding/binary"
	"errors"
	"fmt"

	"finwait/reassembly/codec"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/payload"
)

// encodingVersion is raised when the same octets would mean something else. A change
// of layout shows by itself, see layout.
const encodingVersion = 4

// How the parts of a connection are encoded, in this order.
var (
	headType     = codec.TypeOf[Head]()
	entryType    = codec.TypeOf[entry]() // which logCoder encodes
	countersType = codec.TypeOf[counters]()
	viewsType    = codec.TypeOf[views]()
	tokensType   = codec.TypeOf[moreTokens]()
	holesType    = codec.TypeOf[holes]()
	shutType     = codec.TypeOf[shut]()
	windowsType  = codec.TypeOf[windows]()
)

// layout tells encodings of this program from those of one that keeps other things.
var layout = headType.Hash ^ shutType.Hash*29 ^ entryType.Hash*3 ^ countersType.Hash*5 ^ viewsType.Hash*23 ^ tokensType.Hash*7 ^ holesType.Hash*11 ^
	windowsType.Hash*13 ^ payload.Layout*17

// ErrVersion says that an encoded connection is of another version of the program.
var ErrVersion = errors.New("encoded connection of another version")

// Append appends the encoding of a connection to dst: all that is known of it, so
// that one that was decoded goes on taking segments as if nothing had been. A
// connection of ten segments takes some 250 octets.
func (x *Store) Append(dst []byte, h *Head) []byte {
	return x.Pack(binary.BigEndian.AppendUint32(append(dst, encodingVersion), layout), h)
}

// Pack is Append without saying of which version the encoding is: for Unpack, in the
// same process.
func (x *Store) Pack(dst []byte, h *Head) []byte {
	v := x.Value(h)
	head := *h
	head.log, head.counters, head.payload, head.stalls = slab.Run{}, 0, 0, 0
	dst = headType.Append(dst, &head)
	dst = binary.AppendUvarint(dst, uint64(x.logs.Room(&h.log))) // when it is thinned depends on it
	dst = binary.AppendUvarint(dst, uint64(len(v.log)))
	var log logCoder
	for i := range v.log {
		dst = log.append(dst, &v.log[i])
	}
	dst = codec.AppendPart(dst, countersType, v.counters.unlinked())
	if v.counters != nil {
		dst = codec.AppendPart(dst, viewsType, v.views.unlinked())
		dst = codec.AppendPart(dst, tokensType, v.more)
		dst = codec.AppendPart(dst, holesType, v.holes[0])
		dst = codec.AppendPart(dst, holesType, v.holes[1])
		dst = codec.AppendPart(dst, shutType, v.shut)
	}
	dst = codec.AppendPart(dst, windowsType, v.windows)
	return x.payload.Append(dst, h.payload)
}

// unlinked returns c without indices into a Store.
func (c *counters) unlinked() *counters {
	c = clone(c)
	if c != nil {
		c.views, c.shut, c.ends[0].holes, c.ends[1].holes = 0, 0, 0, 0
	}
	return c
}

// Decode makes h the connection that b begins with, and returns what is behind it.
// Where it fails h is none.
func (x *Store) Decode(b []byte, h *Head) (rest []byte, err error) {
	if len(b) < 5 || b[0] != encodingVersion || binary.BigEndian.Uint32(b[1:]) != layout {
		return nil, ErrVersion
	}
	return x.Unpack(b[5:], h)
}

// Unpack is Decode of what Pack made.
func (x *Store) Unpack(b []byte, h *Head) (rest []byte, err error) {
	if b, err = headType.Decode(b, h); err != nil {
		return nil, err
	}
	h.log, h.counters, h.payload, h.stalls = slab.Run{}, 0, 0, 0
	d := codec.Decoder{B: b}
	x.decodeLog(&d, h)
	x.decodeCounters(&d, h)
	h.stalls, _ = x.windows.Decode(&d, windowsType)
	h.payload = x.payload.Decode(&d)
	if !h.valid(x.logs.Of(&h.log)) {
		d.Fail()
	}
	if d.Err != nil {
		x.Release(h)
		return nil, fmt.Errorf("connection: %w", d.Err)
	}
	return d.B, nil
}

func (x *Store) decodeLog(d *codec.Decoder, h *Head) {
	room := d.Number(manyEntries)
	n := d.Number(room)
	if n == 0 {
		d.Fail()
	}
	if d.Err != nil {
		return
	}
	x.logs.Reserve(&h.log, room)
	h.log.N = uint16(n)
	list := x.logs.Of(&h.log)
	var log logCoder
	for i := range list {
		log.decode(d, &list[i])
	}
}

func (x *Store) decodeCounters(d *codec.Decoder, h *Head) {
	var c *counters
	if h.counters, c = x.counters.Decode(d, countersType); c == nil {
		return
	}
	var v *views
	c.views, v = x.viewed.Decode(d, viewsType)
	more, _ := x.more.Decode(d, tokensType)
	if v != nil {
		v.tokens.more = more
	} else if more != 0 {
		x.more.Release(more)
		d.Fail()
	}
	for side := range c.ends {
		c.ends[side].holes, _ = x.holes.Decode(d, holesType)
		if hole := x.holes.Find(c.ends[side].holes); hole != nil && hole.n > maxHoles {
			d.Fail()
		}
	}
	c.shut, _ = x.shut.Decode(d, shutType)
	if v != nil && v.tokens.n > inlineTokens || c.firstFIN > noSide {
		d.Fail()
	}
}

// valid reports whether a head and a log that were decoded can be a connection's.
func (h *Head) valid(log []entry) bool {
	if int(h.Ended) >= len(endNames) {
		return false
	}
	if h.counters != 0 {
		return true
	}
	for i := range log {
		if log[i].length() > maxOrderlyPayload {
			return false
		}
	}
	return len(log) <= maxOrderly
}
