package payload

import (
	"encoding/binary"

	"finwait/reassembly/codec"
	"finwait/reassembly/internal/slab"
)

// How the parts of what was recognised are encoded, in this order.
var (
	stateType   = codec.TypeOf[state]()
	messageType = codec.TypeOf[Message]()
	recordsType = codec.TypeOf[records]()
)

// Layout tells encodings of this program from those of one that recognises other things.
var Layout = stateType.Hash ^ messageType.Hash*3 ^ recordsType.Hash*5

// Append appends the encoding of what x holds at i, of nothing where that is 0.
func (x *Store) Append(dst []byte, i uint32) []byte {
	k := x.states.Find(i)
	dst = codec.AppendPart(dst, stateType, k.unlinked())
	if k == nil {
		return dst
	}
	for side := range k.sides {
		r := &k.sides[side].reading
		list := x.messages.Of(&r.messages)
		dst = binary.AppendUvarint(dst, uint64(len(list)))
		for m := range list {
			dst = messageType.Append(dst, &list[m])
		}
		dst = codec.AppendOctets(dst, x.carries.Of(&r.carry))
	}
	return codec.AppendPart(dst, recordsType, x.records.Find(k.tls))
}

// unlinked returns k without indices into a Store.
func (k *state) unlinked() *state {
	if k == nil {
		return nil
	}
	out := *k
	out.unlink()
	return &out
}

func (k *state) unlink() {
	k.tls = 0
	for side := range k.sides {
		r := &k.sides[side].reading
		r.messages, r.carry = slab.Run{}, slab.Run{}
	}
}

// Decode reads what Append wrote, and returns where it lies.
func (x *Store) Decode(d *codec.Decoder) (i uint32) {
	i, k := x.states.Decode(d, stateType)
	if k == nil {
		return 0
	}
	k.unlink()
	for side := range k.sides {
		x.decodeReading(d, &k.sides[side].reading)
	}
	var q *records
	if k.tls, q = x.records.Decode(d, recordsType); q != nil && q.n > maxBursts {
		d.Fail()
	}
	if k.sender > noSide || int(k.proto) >= len(protocolNames) {
		d.Fail()
	}
	for side := range k.sides {
		s := &k.sides[side]
		if int(s.tail.n) > tailLen || int(s.reading.opening.logout) > len(wordLogout) {
			d.Fail()
		}
	}
	return i
}

func (x *Store) decodeReading(d *codec.Decoder, r *reading) {
	n := d.Number(maxMessages + 1)
	if d.Err != nil {
		return
	}
	x.messages.Reserve(&r.messages, n)
	r.messages.N = uint16(n)
	list := x.messages.Of(&r.messages)
	for m := range list {
		codec.Value(d, messageType, &list[m])
		if list[m].Form > Damaged || int(list[m].Method) >= len(methodNames) {
			d.Fail()
		}
	}
	if carry := d.Octets(maxCarry); len(carry) > 0 {
		x.carry(r, carry)
	}
	if r.mode >= modes || n == 0 && (r.mode > atStart || r.mode == atStart && r.carry.N > 0) {
		d.Fail() // it must be known what goes on
	}
}
