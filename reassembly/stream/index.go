package stream

import (
	"bytes"

	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Tuple is what outlives a connection: the number of the latest stream on a
// 4-tuple, and what is needed to tell whether a SYN opens the next one.
type Tuple struct {
	base         [2]seqnum.Value // by side; valid iff its bit in based is set
	Stream       uint32          // tcp.stream
	Conn         uint32          // the tracker's own: 0 when the connection is not live
	Completeness uint8           // tcp.completeness so far
	based        uint8
}

type key struct{ low, high segment.Endpoint }

// Index numbers the streams of one capture.
type Index struct {
	tuples  map[key]*Tuple
	streams int
}

// NewIndex returns an index without streams.
func NewIndex() *Index { return &Index{tuples: make(map[key]*Tuple)} }

// Len returns the number of streams so far.
func (x *Index) Len() int { return x.streams }

// Number finds the stream that seg belongs to, opening one where Wireshark
// does. side says which end sent seg: 0 for the smaller endpoint (address,
// then port), 1 for the other. opened says that seg opened the stream; prev is
// then the tuple as the previous incarnation left it, zero where there was
// none. t is valid until the next call.
func (x *Index) Number(seg *segment.Segment) (t *Tuple, side uint8, opened bool, prev Tuple) {
	k := key{seg.Src, seg.Dst}
	if after(&seg.Src, &seg.Dst) {
		k, side = key{seg.Dst, seg.Src}, 1
	}
	t = x.tuples[k]
	switch {
	case t == nil:
		t = &Tuple{Stream: uint32(x.streams)}
		x.tuples[k] = t
		x.streams++
		opened = true
	case t.reopens(seg, side):
		prev = *t
		*t = Tuple{Stream: uint32(x.streams)}
		x.streams++
		opened = true
	}
	t.note(seg, side)
	return t, side, opened, prev
}

func after(a, b *segment.Endpoint) bool {
	if c := bytes.Compare(a.Addr[:], b.Addr[:]); c != 0 {
		return c > 0
	}
	return a.Port > b.Port
}

func (t *Tuple) reopens(seg *segment.Segment, side uint8) bool {
	return seg.Flags&(segment.SYN|segment.ACK) == segment.SYN && t.based&(1<<side) != 0 &&
		(seg.Seq != t.base[side] || t.Completeness&(finSeen|rstSeen) != 0)
}

// The bits of tcp.completeness.
const (
	synSeen = 1 << iota
	synAckSeen
	ackSeen
	dataSeen
	finSeen
	rstSeen
)

func (t *Tuple) note(seg *segment.Segment, side uint8) {
	f := seg.Flags
	me, peer := uint8(1)<<side, uint8(1)<<(side^1)
	if t.based&me == 0 || f.Has(segment.SYN|segment.ACK) {
		t.base[side] = seg.Seq
		if !f.Has(segment.SYN) {
			t.base[side]--
		}
		t.based |= me
	}
	if t.based&peer == 0 && f.Has(segment.ACK) {
		t.base[side^1] = seg.Ack - 1
		t.based |= peer
	}
	switch {
	case f.Has(segment.SYN | segment.ACK):
		t.Completeness |= synAckSeen
	case f.Has(segment.SYN):
		t.Completeness |= synSeen
	case seg.PayloadLen > 0:
		t.Completeness |= dataSeen
	case f.Has(segment.ACK):
		t.Completeness |= ackSeen
	}
	if f.Has(segment.FIN) {
		t.Completeness |= finSeen
	}
	if f.Has(segment.RST) {
		t.Completeness |= rstSeen
	}
}
