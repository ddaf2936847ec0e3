package stream

import (
	"hash/maphash"

	"finwait/reassembly/segment"
)

// chunkLen is the number of tuples that are allocated at once: 14 KiB of them,
// which is a size class of the allocator, so nothing is wasted behind.
const chunkLen = 1 << 9

// minSlots is the first size of the slot table.
const minSlots = 1 << 8

// Index numbers the streams of one capture. It keeps a Tuple for each 4-tuple
// in a dense array that grows by chunks and never moves, and finds them
// through a table of slots with open addressing and linear probing. At 28
// octets a tuple and 5.3 to 10.7 a slot it costs less than 40 octets for each
// 4-tuple, and what the collector walks is one pointer for each chunk.
type Index struct {
	seed    maphash.Seed
	chunks  []*[chunkLen]Tuple
	tuples  int
	streams int

	expecting int // how many FTP data connections were announced and not met

	// A slot is 0 where it is empty. Else its low bits, as many as it takes
	// to number the slots, hold 1 + the number of a tuple, and those above
	// bits of the tuple's fingerprint, so that a probe seldom touches a tuple
	// in vain.
	slots []uint32

	recent [recentLen]recent
	prev   Tuple // what Number and Quote return last
}

// recent is where a 4-tuple was found, for the segment that comes next on it: to
// compare addresses takes a quarter of the time of hashing them.
type recent struct {
	src, dst segment.Endpoint
	tuple    uint32 // 1 + its number; 0 of an entry that was never used
	is4      bool
	side     uint8
}

// recentLen is how many of those there are, each in the place that its ports give.
const recentLen = 1 << 9

// NewIndex returns an index without streams.
func NewIndex() *Index {
	x := &Index{seed: maphash.MakeSeed()}
	x.setSlots(minSlots)
	return x
}

// Len returns the number of streams so far.
func (x *Index) Len() int { return x.streams }

// Number finds the stream that seg belongs to, opening one where Wireshark
// does, and takes seg in. side says which end sent seg: 0 for the smaller
// endpoint (address, then port), 1 for the other. opened says that seg opened
// the stream; prev is then the tuple as the previous incarnation left it, nil
// where there was none. Both are valid until the next call.
func (x *Index) Number(seg *segment.Segment) (t *Tuple, side uint8, opened bool, prev *Tuple) {
	t, side, opened, prev = x.number(seg)
	if t.based&quotedOnly != 0 {
		t.based &^= quotedOnly
		opened = true
	}
	if (seg.Src.Port == ftpPort || seg.Dst.Port == ftpPort) && len(seg.Payload) > 0 {
		x.expect(seg)
	}
	return t, side, opened, prev
}

// Quote takes in a segment that an ICMP error quotes (Decode returned
// ICMPError), which Wireshark numbers like one that was captured. t is the
// tuple of its stream, or nil where there is none. If the quoted segment opens
// a stream on a known 4-tuple, prev is the tuple as the previous incarnation
// left it. A stream that was only quoted so far is opened by its first call of
// Number.
func (x *Index) Quote(seg *segment.Segment) (t *Tuple, side uint8, prev *Tuple) {
	if !quoted(seg) { // too short for Wireshark, but it may name a stream
		print, side := x.fingerprint(seg)
		return x.find(print), side, nil
	}
	t, side, opened, prev := x.number(seg)
	if opened {
		t.based |= quotedOnly
	}
	return t, side, prev
}

// number does the work of Number and Quote.
func (x *Index) number(seg *segment.Segment) (t *Tuple, side uint8, opened bool, prev *Tuple) {
	t, side, known := x.lookup(seg)
	switch {
	case !known:
		opened = true
		t.Stream = x.open()
		t.first(seg, side, x.expectedOf(seg))
	case t.opensNext(seg, side):
		x.prev = *t
		opened, prev = true, &x.prev
		*t = Tuple{print: t.print, Stream: x.open()}
		t.reopen(seg, side)
	default:
		t.next(seg, side)
	}
	return t, side, opened, prev
}

// lookup returns the tuple of seg, a new one where it was not known, and the side
// that sent seg.
func (x *Index) lookup(seg *segment.Segment) (t *Tuple, side uint8, known bool) {
	r := x.recently(seg.Src.Port, seg.Dst.Port)
	if r.is(&seg.Src, &seg.Dst, seg.Is4) {
		return x.at(r.tuple - 1), r.side, true
	}
	var n uint32
	if back := x.recently(seg.Dst.Port, seg.Src.Port); back.is(&seg.Dst, &seg.Src, seg.Is4) {
		n, side, known = back.tuple-1, 1-back.side, true // the first answer
	} else {
		var print fingerprint
		print, side = x.fingerprint(seg)
		n, known = x.tuple(print)
	}
	*r = recent{src: seg.Src, dst: seg.Dst, tuple: 1 + n, is4: seg.Is4, side: side}
	return x.at(n), side, known
}

// is reports whether r is of this 4-tuple. Field by field the compiler compares words;
// two whole Endpoints it compares octet by octet, in a function.
func (r *recent) is(src, dst *segment.Endpoint, is4 bool) bool {
	return r.tuple != 0 && r.src.Port == src.Port && r.dst.Port == dst.Port && r.is4 == is4 &&
		r.src.Addr == src.Addr && r.dst.Addr == dst.Addr
}

// recently returns the place of a 4-tuple among the recent ones.
func (x *Index) recently(src, dst uint16) *recent {
	return &x.recent[(31*uint32(src)+uint32(dst))%recentLen]
}

func (x *Index) open() (stream uint32) {
	stream = uint32(x.streams)
	x.streams++
	return stream
}

// tuple returns the number of the tuple with a fingerprint, a new one where it was
// not known.
func (x *Index) tuple(print fingerprint) (n uint32, known bool) {
	if n, known = x.search(print); known {
		return n, true
	}
	if x.tuples == len(x.slots)/4*3 {
		x.setSlots(2 * len(x.slots))
	}
	if x.tuples%chunkLen == 0 {
		x.chunks = append(x.chunks, new([chunkLen]Tuple))
	}
	n = uint32(x.tuples)
	x.at(n).print = print
	x.place(n, print)
	x.tuples++
	return n, false
}

// find returns the tuple with a fingerprint, or nil.
func (x *Index) find(print fingerprint) *Tuple {
	if n, known := x.search(print); known {
		return x.at(n)
	}
	return nil
}

// search returns the number of the tuple with a fingerprint, if there is one.
func (x *Index) search(print fingerprint) (n uint32, known bool) {
	mask := uint32(len(x.slots) - 1)
	tag := print.high() &^ mask
	for at := print.low() & mask; ; at = (at + 1) & mask {
		s := x.slots[at]
		if s == 0 {
			return 0, false
		}
		if s&^mask != tag {
			continue
		}
		if n := s&mask - 1; x.at(n).print == print {
			return n, true
		}
	}
}

// place enters the nth tuple into the first free slot of its probe sequence.
func (x *Index) place(n uint32, print fingerprint) {
	mask := uint32(len(x.slots) - 1)
	at := print.low() & mask
	for x.slots[at] != 0 {
		at = (at + 1) & mask
	}
	x.slots[at] = print.high()&^mask | (n + 1)
}

func (x *Index) at(n uint32) *Tuple { return &x.chunks[n/chunkLen][n%chunkLen] }

// setSlots replaces the slot table by one of n slots, a power of two.
func (x *Index) setSlots(n int) {
	x.slots = nil // let the collector have it while the new one is made
	x.slots = make([]uint32, n)
	for i := range uint32(x.tuples) {
		x.place(i, x.at(i).print)
	}
}
