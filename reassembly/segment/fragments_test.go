package segment

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// long is a TCP segment of 132 octets: 32 of header and 100 of payload.
var long = tcpBytes(timestamps, bytes.Repeat([]byte("0123456789"), 10))

// part is an IPv4 fragment that holds long[from:to].
func part(id, from, to int) []byte {
	flags := from / 8
	if to < len(long) {
		flags |= 0x2000
	}
	b := ip4Header(protoTCP, 20+to-from, flags, nil, long[from:to])
	copy(b[4:], u16(id))
	return b
}

// part6 is the same in IPv6.
func part6(id, from, to int) []byte {
	field := from
	if to < len(long) {
		field |= 1
	}
	return ip6Bytes(protoFragment, join([]byte{protoTCP, 0}, u16(field), u32(uint32(id)), long[from:to]))
}

func TestFragments(t *testing.T) {
	tests := []struct {
		name  string
		parts [][]byte
		done  int // index of the fragment that completes the datagram, -1 for none
	}{
		{"in order", [][]byte{part(1, 0, 48), part(1, 48, 96), part(1, 96, 132)}, 2},
		{"last first", [][]byte{part(1, 96, 132), part(1, 48, 96), part(1, 0, 48)}, 2},
		{"ipv6", [][]byte{part6(1, 0, 48), part6(1, 48, 96), part6(1, 96, 132)}, 2},
		{"ipv6 out of order", [][]byte{part6(1, 48, 96), part6(1, 0, 48), part6(1, 96, 132)}, 2},
		{"each twice", [][]byte{part(1, 0, 48), part(1, 0, 48), part(1, 48, 132), part(1, 48, 132)}, 2},
		{"overlapping", [][]byte{part(1, 0, 64), part(1, 48, 96), part(1, 32, 132)}, 2},
		{"overlap by less than a unit", [][]byte{part(1, 0, 53), part(1, 48, 132)}, 1},
		{"hole of less than a unit", [][]byte{part(1, 0, 53), part(1, 56, 132)}, -1},
		{"two datagrams interleaved", [][]byte{part(1, 0, 48), part(2, 0, 48), part(1, 48, 132)}, 2},
		{"another identification", [][]byte{part(1, 0, 48), part(2, 48, 132)}, -1},
		{"first only", [][]byte{part(1, 0, 48)}, -1},
		{"last only", [][]byte{part(1, 48, 132)}, -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var d Decoder
			var s Segment
			done := -1
			for i, b := range test.parts {
				switch skip := d.Decode(LinkRaw, b, len(b), &s); {
				case skip == Decoded && done < 0:
					done = i
					if s.PayloadLen != 100 || !bytes.Equal(s.Payload, long[32:]) {
						t.Errorf("%d octets of payload: %q", s.PayloadLen, s.Payload)
					}
				case skip != Fragment:
					t.Errorf("fragment %d: %v", i, skip)
				}
			}
			if done != test.done {
				t.Errorf("complete at %d, want %d", done, test.done)
			}
		})
	}
}

// What came first stays: a later fragment cannot rewrite a header that has been
// seen (RFC 1858 §3).
func TestFragmentKeepsTheFirstOctets(t *testing.T) {
	forged := part(1, 0, 48)
	forged[20+13] = byte(RST)
	var d Decoder
	var s Segment
	for _, b := range [][]byte{part(1, 0, 48), forged, part(1, 48, 132)} {
		d.Decode(LinkRaw, b, len(b), &s)
	}
	if s.Flags != ACK|PSH {
		t.Errorf("flags %b", s.Flags)
	}
}

// Octets behind the end that the last fragment set are not part of the datagram.
func TestFragmentBehindTheEnd(t *testing.T) {
	behind := part(1, 96, 120) // MF is set
	tail := part(1, 48, 96)
	copy(tail[6:], u16(48/8)) // MF is not
	var d Decoder
	var s Segment
	for i, b := range [][]byte{tail, behind, part(1, 0, 48)} {
		if skip := d.Decode(LinkRaw, b, len(b), &s); (skip == Decoded) != (i == 2) {
			t.Errorf("fragment %d: %v", i, skip)
		}
	}
	if s.PayloadLen != 64 {
		t.Errorf("%d octets of payload, want 64", s.PayloadLen)
	}
}

// A first fragment that snaplen cut cannot be put together, but its header can
// be read, and Wireshark does.
func TestFragmentCut(t *testing.T) {
	var d Decoder
	var s Segment
	b := part(1, 0, 48)
	if skip := d.Decode(LinkRaw, b[:len(b)-4], len(b), &s); skip != Decoded || s.Src.Port != 40000 {
		t.Errorf("%v from port %d", skip, s.Src.Port)
	}
	b = part(1, 48, 132)
	if skip := d.Decode(LinkRaw, b[:len(b)-4], len(b), &s); skip != Fragment {
		t.Error(skip)
	}
}

// Fragments inside fragments: the inner datagram's pieces must not share buffers
// with the outer one's.
func TestFragmentsNested(t *testing.T) {
	var d Decoder
	var s Segment
	skip := Fragment
	for id, inner := range [][]byte{part(1, 0, 80), part(1, 80, 132)} {
		for from := 0; from < len(inner); from += 24 {
			to, flags := min(from+24, len(inner)), from/8
			if to < len(inner) {
				flags |= 0x2000
			}
			b := ip4Header(protoIPv4, 20+to-from, flags, nil, inner[from:to])
			copy(b[4:], u16(100+id))
			skip = d.Decode(LinkRaw, b, len(b), &s)
		}
	}
	if skip != Decoded || !bytes.Equal(s.Payload, long[32:]) || s.Path.Tunnel != IPIP {
		t.Errorf("%v, %q, path %+v", skip, s.Payload, s.Path)
	}
}

// A flood of fragments that never complete keeps within its bounds and pushes
// out the oldest; those that complete afterwards still do.
func TestFragmentFlood(t *testing.T) {
	var d Decoder
	var s Segment
	big := make([]byte, 1400)
	for id := range 100_000 {
		b := ip4Header(protoTCP, 20+len(big), 0x2000|id%8*1000, nil, big)
		copy(b[4:], u16(id))
		copy(b[16:], u32(uint32(id)))
		d.Decode(LinkRaw, b, len(b), &s)
		if n := len(d.fragments.live); n > maxDatagrams {
			t.Fatalf("%d datagrams", n)
		}
		if d.fragments.octets > maxFragmentOctets {
			t.Fatalf("%d octets", d.fragments.octets)
		}
	}
	for i, b := range [][]byte{part(1, 0, 48), part(1, 48, 132)} {
		if skip := d.Decode(LinkRaw, b, len(b), &s); (skip == Decoded) != (i == 1) {
			t.Errorf("fragment %d: %v", i, skip)
		}
	}
	count := 0
	for g := d.fragments.oldest; g != nil; g = g.newer {
		count += cap(g.buf)
	}
	for g := d.fragments.free; g != nil; g = g.newer {
		count += cap(g.buf)
	}
	for g := d.fragments.done; g != nil; g = g.newer {
		count += cap(g.buf)
	}
	if count != d.fragments.octets {
		t.Errorf("%d octets in buffers, %d on the books", count, d.fragments.octets)
	}
}

// A fragment far behind the beginning of its datagram costs no more than any other.
func TestLastFragmentsAreSmall(t *testing.T) {
	var d Decoder
	var s Segment
	for id := range 2 * maxDatagrams {
		b := ip4Header(protoTCP, 20+16, 0x1fff-8, nil, make([]byte, 16))
		copy(b[4:], u16(id))
		d.Decode(LinkRaw, b, len(b), &s)
	}
	if n := d.fragments.octets; n > 4<<10*maxDatagrams {
		t.Errorf("%d octets for %d fragments of 16", n, maxDatagrams)
	}
}

// Fragments in any order, some of them twice and with others in between, make the same
// datagram.
func TestFragmentsInAnyOrder(t *testing.T) {
	want := make([]byte, 4000)
	for i := range want {
		want[i] = byte(i * 7)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var f fragments
		var g *datagram
		key := fragmentKey{id: 1}
		for _, unit := range r.Perm(len(want) / 8) {
			from := max(0, unit-r.IntN(40)) * 8
			to := min(len(want), (unit+1+r.IntN(40))*8)
			if g = f.add(key, 0, from, to < len(want), want[from:to], nil); g != nil {
				break
			}
			f.add(fragmentKey{id: r.Uint32()}, 0, from, true, make([]byte, 64), nil)
		}
		if g == nil || g.total != len(want) || !bytes.Equal(g.buf[:g.total], want) {
			t.Fatal("the datagram is not what its fragments held")
		}
	}
}

// Once buffers exist, fragments need no more of them.
func TestFragmentAllocations(t *testing.T) {
	var d Decoder
	var s Segment
	parts := [][]byte{part(1, 48, 132), part(1, 0, 48)}
	if n := testing.AllocsPerRun(1000, func() {
		for _, b := range parts {
			d.Decode(LinkRaw, b, len(b), &s)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A fragment that would end behind the largest datagram ("ping of death").
func TestFragmentTooFar(t *testing.T) {
	var d Decoder
	var s Segment
	b := ip4Header(protoTCP, 20+100, 0x1fff, nil, make([]byte, 100))
	if skip := d.Decode(LinkRaw, b, len(b), &s); skip != Fragment || len(d.fragments.live) != 0 {
		t.Errorf("%v, %d datagrams", skip, len(d.fragments.live))
	}
}

func TestPartsAreTheFramesOfADatagram(t *testing.T) {
	inner := func(from, to int) []byte { return ip4Bytes(protoIPv4, part(2, from, to)) }
	whole := ip4Bytes(protoTCP, long)
	tests := []struct {
		name    string
		packets [][]byte
		parts   []int64
		total   int
	}{
		{"not fragmented", [][]byte{whole, whole}, []int64{2}, 0},
		{"fragments", [][]byte{part(1, 0, 48), whole, part(1, 96, 132), part(1, 48, 96)}, []int64{1, 3, 4}, 132},
		{"one of them twice", [][]byte{part(1, 0, 48), part(1, 0, 48), part(1, 48, 132)}, []int64{1, 2, 3}, 132},
		{"within a tunnel", [][]byte{inner(0, 48), inner(48, 132)}, []int64{1, 2}, 132},
		{"the identification used again", [][]byte{part(1, 0, 48), part(1, 48, 132), part(1, 0, 48), part(1, 48, 132)}, []int64{3, 4}, 132},
	}
	for _, test := range tests {
		var d Decoder
		var s Segment
		for i, b := range test.packets {
			d.Frame = int64(i + 1)
			skip := d.Decode(LinkRaw, b, len(b), &s)
			if i < len(test.packets)-1 {
				continue
			}
			parts, total := d.Parts()
			if skip != Decoded || !slices.Equal(parts, test.parts) || total != test.total {
				t.Errorf("%s: %v, frames %v, %d octets, want %v, %d", test.name, skip, parts, total, test.parts, test.total)
			}
		}
	}
}

// The frames of a datagram of which each fragment was fragmented again, on the
// way through a tunnel, are those of all.
func TestPartsOfPartsInATunnel(t *testing.T) {
	outer := func(id int, b []byte, from, to int) []byte {
		flags := from / 8
		if to < len(b) {
			flags |= 0x2000
		}
		h := ip4Header(protoIPv4, 20+to-from, flags, nil, b[from:to])
		copy(h[4:], u16(id))
		return h
	}
	first, last := part(2, 0, 48), part(2, 48, 132)
	var d Decoder
	var s Segment
	for i, b := range [][]byte{outer(7, first, 0, 32), outer(7, first, 32, 68), outer(8, last, 0, 64), outer(8, last, 64, 104)} {
		d.Frame = int64(i + 11)
		d.Decode(LinkRaw, b, len(b), &s)
	}
	if parts, total := d.Parts(); !slices.Equal(parts, []int64{11, 12, 13, 14}) || total != 132 {
		t.Errorf("frames %v, %d octets", parts, total)
	}
}

// CAPWAP has fragments of its own, beside those of the IP packets that carry it.
func TestFragmentsOfCAPWAP(t *testing.T) {
	frame := swappedBytes(0x0801, 24)
	piece := func(flags uint32, from, to int) []byte {
		return udpBytes(5247, 50000, capwapBytes(0x100|flags, 0x1234, from, frame[from:to]))
	}
	const first, last = 0x80, 0xc0
	d := NewDecoder()
	var s Segment
	for i, b := range [][]byte{part(0, 0, 48), piece(last, 64, len(frame)), piece(first, 0, 40), piece(first, 40, 64)} {
		want := Fragment
		if i == 3 {
			want = Decoded
		}
		if skip := d.Decode(LinkRaw, b, len(b), &s); skip != want {
			t.Errorf("fragment %d: %v", i, skip)
		}
	}
	if s.Path != via(CAPWAP, 0) || string(s.Payload) != string(hello) || s.Seq != 1000 {
		t.Errorf("%+v", s)
	}
}

func TestCAPWAPThatHoldsNoSegment(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want Skip
	}{
		"encrypted":       {join([]byte{1, 0, 0, 0}, make([]byte, 40)), Encrypted},
		"kept alive":      {capwapBytes(0x108, 0, 0, make([]byte, 20)), NotTCP},
		"another binding": {join(u32(2<<19|3<<9|0x100), u32(0), ethernet4), NotTCP},
		"another version": {join([]byte{0x20}, capwapBytes(0, 0, 0, ethernet4)[1:]), NotTCP},
		"header too long": {join(u32(31<<19|1<<9), u32(0), make([]byte, 12)), NotTCP},
	} {
		var s Segment
		b := udpBytes(50000, 5247, c.data)
		if skip := NewDecoder().Decode(LinkRaw, b, len(b), &s); skip != c.want {
			t.Errorf("%s: %v, want %v", name, skip, c.want)
		}
	}
}
