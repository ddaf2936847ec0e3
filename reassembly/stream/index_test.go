package stream

import (
	"encoding/binary"
	"runtime"
	"testing"
	"unsafe"

	"finwait/reassembly/segment"
)

// nth fills seg with a SYN on the nth of many 4-tuples.
func nth(seg *segment.Segment, n uint32) {
	seg.Src.Addr = segment.Addr{10: 0xff, 11: 0xff}
	binary.BigEndian.PutUint32(seg.Src.Addr[12:], n*2654435761)
	seg.Dst.Addr = segment.Addr{10: 0xff, 11: 0xff, 12: 192, 14: 2, 15: 1}
	seg.Src.Port, seg.Dst.Port = 1024, 443
	seg.Flags, seg.Seq, seg.Is4 = segment.SYN, 1, true
}

func TestTupleSize(t *testing.T) {
	if n := unsafe.Sizeof(Tuple{}); n > 28 {
		t.Errorf("a Tuple is %d octets, want 28", n)
	}
}

func TestManyTuples(t *testing.T) {
	const n = 100_000
	x := NewIndex()
	var seg segment.Segment
	for round := range 2 {
		for i := range uint32(n) {
			nth(&seg, i)
			tuple, _, opened, _ := x.Number(&seg)
			if tuple.Stream != i || opened != (round == 0) || tuple.Conn != 0 && tuple.Conn != i+1 {
				t.Fatalf("round %d, 4-tuple %d: stream %d, opened %v, conn %d", round, i, tuple.Stream, opened, tuple.Conn)
			}
			tuple.Conn = i + 1
		}
	}
	if x.Len() != n {
		t.Errorf("Len() = %d, want %d", x.Len(), n)
	}
}

func TestBothDirectionsShareATuple(t *testing.T) {
	x := NewIndex()
	var seg segment.Segment
	nth(&seg, 7)
	_, side, _, _ := x.Number(&seg)
	seg.Src, seg.Dst = seg.Dst, seg.Src
	tuple, other, opened, _ := x.Number(&seg)
	if opened || tuple.Stream != 0 || side^other != 1 {
		t.Errorf("reply: stream %d, opened %v, sides %d and %d", tuple.Stream, opened, side, other)
	}
	seg.Is4 = false // the same numbers as IPv4-mapped IPv6: another conversation
	if tuple, _, opened, _ := x.Number(&seg); !opened || tuple.Stream != 1 {
		t.Errorf("IPv6: stream %d, opened %v", tuple.Stream, opened)
	}
	seg.Dst = seg.Src // a LAND segment
	if tuple, side, _, _ := x.Number(&seg); side != 0 || tuple.Stream != 2 {
		t.Errorf("to itself: stream %d, side %d", tuple.Stream, side)
	}
}

func TestNumberAllocatesNothing(t *testing.T) {
	x := NewIndex()
	var seg segment.Segment
	nth(&seg, 1)
	x.Number(&seg)
	if n := testing.AllocsPerRun(100, func() { x.Number(&seg) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// TestMemory holds the promise of at most 40 octets a 4-tuple, just after the
// slot table doubled, which is where it is worst.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a large index")
	}
	const n = 1<<20/4*3 + 1
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := NewIndex()
	var seg segment.Segment
	for i := range uint32(n) {
		nth(&seg, i)
		x.Number(&seg)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if per := float64(after.HeapAlloc-before.HeapAlloc) / n; per > 40 {
		t.Errorf("%.1f octets a 4-tuple, want at most 40", per)
	}
	runtime.KeepAlive(x)
}

func BenchmarkNumberHot(b *testing.B) {
	x := NewIndex()
	segs := make([]segment.Segment, 64)
	for i := range segs {
		nth(&segs[i], uint32(i))
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		x.Number(&segs[i%len(segs)])
		i++
	}
}

func BenchmarkNumberCold(b *testing.B) {
	const n = 10_000_000
	x := NewIndex()
	var seg segment.Segment
	for i := range uint32(n) {
		nth(&seg, i)
		x.Number(&seg)
	}
	b.ReportAllocs()
	r := uint32(1)
	for b.Loop() {
		r = r*1664525 + 1013904223
		nth(&seg, uint32(uint64(r)*n>>32))
		x.Number(&seg)
	}
}

func BenchmarkNumberNew(b *testing.B) {
	x := NewIndex()
	var seg segment.Segment
	i := uint32(0)
	for b.Loop() {
		nth(&seg, i)
		x.Number(&seg)
		i++
	}
}
