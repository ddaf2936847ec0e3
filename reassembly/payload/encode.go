package payload

import (
	"finwait/reassembly/internal/codec"
	"finwait/reassembly/internal/slab"
)

// How the parts of what was recognised are encoded, in this order.
var (
	stateType   = codec.TypeOf[state]()
	recordsType = codec.TypeOf[records]()
)

// Layout tells encodings of this program from those of one that recognises other things.
var Layout = stateType.Hash ^ recordsType.Hash*3

// Append appends the encoding of v to dst.
func (v *Value) Append(dst []byte) []byte {
	dst = codec.AppendPart(dst, stateType, v.state.unlinked())
	if v.state == nil {
		return dst
	}
	for _, head := range v.heads {
		dst = codec.AppendOctets(dst, head)
	}
	return codec.AppendPart(dst, recordsType, v.records)
}

// unlinked returns k without indices into a Store.
func (k *state) unlinked() *state {
	if k == nil {
		return nil
	}
	out := *k
	out.tls, out.last[0].head, out.last[1].head = 0, slab.Run{}, slab.Run{}
	return &out
}

// Decode reads what Append wrote, and returns where it lies.
func (x *Store) Decode(d *codec.Decoder) (i uint32) {
	i, k := codec.Row(d, stateType, &x.states)
	if k == nil {
		return 0
	}
	k.tls, k.last[0].head, k.last[1].head = 0, slab.Run{}, slab.Run{}
	for side := range k.last {
		x.lengthen(&k.last[side].head, d.Octets(HeadLen))
	}
	var q *records
	if k.tls, q = codec.Row(d, recordsType, &x.records); q != nil && q.n > maxBursts {
		d.Fail()
	}
	if k.speaker > noSide || int(k.proto) >= len(protocolNames) || k.tails[0].n > tailLen || k.tails[1].n > tailLen {
		d.Fail()
	}
	return i
}
