package capture

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"finwait/reassembly/segment"
)

func TestSectionsAndInterfaces(t *testing.T) {
	big, little := orders["big"], orders["little"]
	n := &ng{order: big}
	name := func(s string) option { return option{optIfName, []byte(s)} }
	nanos := option{optTSResol, []byte{9}}
	n.section(option{1, []byte("a comment")}).iface(1, 0, name("eth0"), nanos).iface(276, 0, name("any"))
	n.packet(1, base*1e6+1, "one", 3).packet(0, base*1e9+7, "two", 3)
	n.statistics(0, option{optIfDropped, n.u64(5)}, option{optOSDropped, n.u64(2)})
	n.statistics(1, option{4, n.u64(99)})
	n.statistics(0, option{optIfDropped, n.u64(6)}, option{optOSDropped, n.u64(2)})
	n.statistics(17, option{optIfDropped, n.u64(1000)}) // of nobody
	n.order = little
	n.section().iface(101, 0, name("tun0"), nanos)
	n.packet(0, base*1e9+8, "three", 3000).obsolete(0, 1, base*1e9+9, "four", 4)
	n.statistics(0, option{optIfDropped, n.u64(10)}, option{optOSDropped, n.u64(math.MaxUint64)})

	packets, info, err := readAll(t, n.b)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		iface  int
		link   segment.LinkType
		time   Time
		data   string
		length int
	}
	var rows []row
	for _, p := range packets {
		rows = append(rows, row{p.Interface, p.Link, p.Time, p.data, p.Length})
	}
	want := []row{
		{1, 276, base*1e9 + 1000, "one", 3},
		{0, 1, base*1e9 + 7, "two", 3},
		{2, 101, base*1e9 + 8, "three", 3000},
		{2, 101, base*1e9 + 9, "four", 4},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("packets %v", rows)
	}
	if !reflect.DeepEqual(info.Links, []segment.LinkType{276, 1, 101}) || !info.BigEndian {
		t.Errorf("info %+v", info)
	}
	if !info.HasDrops || info.Drops != 18 || len(info.Interfaces) != 3 || info.Interfaces[1].HasDrops {
		t.Errorf("drops %+v", info)
	}
	for i, name := range []string{"eth0", "any", "tun0"} {
		if info.Interfaces[i].Name != name {
			t.Errorf("interface %d is %q", i, info.Interfaces[i].Name)
		}
	}
}

// Drop counts are whatever a file says: their sum does not begin again at zero.
func TestDropsDoNotWrap(t *testing.T) {
	for _, counts := range [][2]uint64{{math.MaxUint64 - 1, 2}, {1 << 63, 1 << 63}, {math.MaxInt64, 1}, {1 << 63, 0}} {
		n := &ng{order: orders["little"]}
		n.section().iface(1, 0).iface(1, 0)
		n.statistics(0, option{optIfDropped, n.u64(counts[0])}, option{optOSDropped, n.u64(counts[1])})
		_, info, err := readAll(t, n.b)
		if err != nil || info.Drops != math.MaxInt64 {
			t.Errorf("%d of one interface: %d, %v", counts, info.Drops, err)
		}
		n.statistics(0, option{optIfDropped, n.u64(counts[0])}).statistics(1, option{optIfDropped, n.u64(counts[1])})
		_, info, err = readAll(t, n.b)
		if err != nil || info.Drops != math.MaxInt64 {
			t.Errorf("%d of two interfaces: %d, %v", counts, info.Drops, err)
		}
	}
}

// events returns a capture of packets and, between them, of what Wireshark numbers
// as frames though it is none, and what stands at each place.
func events(o order) (b []byte, links []segment.LinkType, offsets []int64) {
	n := &ng{order: o}
	event := func(typ uint32, body []byte) {
		links, offsets = append(links, segment.LinkNone), append(offsets, int64(len(n.b)))
		n.block(typ, body)
	}
	packet := func() {
		links, offsets = append(links, segment.LinkNull), append(offsets, int64(len(n.b)))
		n.packet(0, base*1e6, "abc", 3)
	}
	n.section()
	event(blockCustom, []byte("PEN and more"))
	n.iface(0, 0)
	packet()
	event(blockJournal, []byte("__REALTIME_TIMESTAMP=1\nMESSAGE=a\n"))
	event(blockCustomLocal, []byte("PEN."))
	n.block(99, []byte("no event")).statistics(0)
	event(blockSysdig, make([]byte, 24))
	packet()
	event(blockCustom, make([]byte, 2*bufferSize)) // longer than what is read at once
	n.section()
	for range 100 {
		event(blockSysdig2, make([]byte, 28))
	}
	n.iface(0, 0)
	packet()
	event(blockSysdigLarge, make([]byte, 28))
	return n.b, links, offsets
}

func TestEventsAreNumbered(t *testing.T) {
	for name, o := range orders {
		b, links, offsets := events(o)
		for kind, wrap := range map[string]func(io.Reader) io.Reader{
			"plain": func(r io.Reader) io.Reader { return r }, "one": iotest.OneByteReader, "dataErr": iotest.DataErrReader,
		} {
			r, err := Open("-", wrap(bytes.NewReader(b)))
			if err != nil {
				t.Fatal(err)
			}
			var p Packet
			for i, link := range links {
				if err := r.Next(&p); err != nil || p.Number != i+1 || p.Link != link || p.Offset != offsets[i] || p.NoTime != (link == segment.LinkNone) {
					t.Fatalf("%s %s: record %d = %+v, %v; want link %d at %d", name, kind, i+1, p, err, link, offsets[i])
				}
			}
			if err := r.Next(&p); err != io.EOF {
				t.Errorf("%s %s: %v", name, kind, err)
			}
			if info := r.Info(); !slices.Equal(info.Links, []segment.LinkType{segment.LinkNull}) {
				t.Errorf("%s %s: link types %v", name, kind, info.Links)
			}
			r.Close()
		}
	}
}

func TestEventsCutOrCorrupt(t *testing.T) {
	b, links, offsets := events(orders["little"])
	for _, i := range []int{0, 2, 6, len(links) - 1} {
		for _, more := range []int64{1, 11, 13, 18} {
			packets, _, err := readAll(t, b[:min(offsets[i]+more, int64(len(b)-1))])
			var re *ReadError
			if len(packets) != i || !errors.Is(err, ErrCutShort) || !errors.As(err, &re) || re.Offset != offsets[i] {
				t.Errorf("record %d cut behind %d octets: %d records, %v", i+1, more, len(packets), err)
			}
		}
	}
	i := 2
	b[offsets[i+1]-4]++
	corrupt(t, b, i, offsets[i], "before the block and")
}

// A Simple Packet Block has no timestamp, and its captured length follows from
// the snaplen of the section's first interface.
func TestSimplePackets(t *testing.T) {
	n := &ng{order: orders["big"]}
	n.section().iface(101, 4).iface(1, 0)
	n.simple("abcd", 9).packet(1, base*1e6, "xyz", 3).simple("ab", 2)
	packets, _, err := readAll(t, n.b)
	if err != nil || len(packets) != 3 {
		t.Fatal(err, len(packets))
	}
	for i, want := range []got{
		{Packet{Time: 0, NoTime: true, Link: 101, Length: 9}, "abcd"},
		{Packet{Time: base * 1e9, Link: 1, Interface: 1, Length: 3}, "xyz"},
		{Packet{Time: base * 1e9, NoTime: true, Link: 101, Length: 2}, "ab"},
	} {
		p := packets[i]
		p.Number, p.Offset, p.Data = 0, 0, nil
		if !reflect.DeepEqual(p, want) {
			t.Errorf("packet %d = %+v", i+1, p)
		}
	}
	n = &ng{order: orders["little"]}
	n.section().iface(1, 0).simple("no snaplen", 10)
	if packets, _, err := readAll(t, n.b); err != nil || packets[0].data != "no snaplen" {
		t.Error(err, packets)
	}
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		tsresol uint8
		offset  int64
		raw     uint64
		want    Time
	}{
		{6, 0, base * 1e6, base * 1e9},
		{0, 0, base, base * 1e9}, // pcapgo takes this for microseconds
		{3, 0, 1500, 1_500_000_000},
		{9, 0, 123, 123},
		{12, 0, 123_999, 123},
		{20, 0, 200_000_000_000, 2},
		{28, 0, math.MaxUint64, 1}, // 1.8 ns
		{29, 0, math.MaxUint64, 0},
		{0x7f, 0, math.MaxUint64, 0},
		{0x80, 0, base, base * 1e9},
		{0x80 | 10, 0, 1<<10 + 1, 1_000_976_562},
		{0x80 | 20, 0, base << 20, base * 1e9}, // pcapgo's factor is off by 0.07 %
		{0x80 | 32, 0, base<<32 | 1<<31, base*1e9 + 500_000_000},
		{0x80 | 63, 0, 1 << 62, 500_000_000},
		{0x80 | 64, 0, 1 << 63, 500_000_000}, // pcapgo divides by zero
		{0x80 | 127, 0, math.MaxUint64, 0},
		{6, 3600, base * 1e6, (base + 3600) * 1e9},
		{6, -3600, base * 1e6, (base - 3600) * 1e9},
		{6, -base - 1, base * 1e6, -1e9},
		{0, 0, math.MaxUint64, math.MaxInt64},
		{9, 0, math.MaxUint64, math.MaxInt64},
		{6, math.MaxInt64, 0, math.MaxInt64},
		{6, math.MinInt64, 0, math.MinInt64},
		{9, maxSeconds, math.MaxInt64, math.MaxInt64},
	} {
		clock := newClock(c.tsresol, c.offset)
		if got := clock.time(c.raw); got != c.want {
			t.Errorf("resolution %#x, offset %d, raw %d: %d, want %d", c.tsresol, c.offset, c.raw, got, c.want)
		}
		if c.want < 0 {
			continue
		}
		n := &ng{order: orders["little"]}
		n.section().iface(1, 0, option{optTSResol, []byte{c.tsresol}}, option{optTSOffset, n.u64(uint64(c.offset))})
		n.packet(0, c.raw, "", 0)
		packets, _, err := readAll(t, n.b)
		if err != nil || packets[0].Time != c.want {
			t.Errorf("resolution %#x, offset %d, raw %d in a file: %v %v", c.tsresol, c.offset, c.raw, packets, err)
		}
	}
}

func TestDescriptionsOddButSound(t *testing.T) {
	n := &ng{order: orders["little"]}
	n.section()
	n.b[14] = 2 // version 1.2
	n.iface(1, math.MaxUint32,
		option{optIfName, []byte(strings.Repeat("n", 1000) + "\xff")},
		option{optTSResol, nil}, option{optTSOffset, []byte{1, 2}}, option{11, nil})
	// Options beyond what is looked at, and one that pcapgo's 16-bit padding
	// arithmetic would lose itself in.
	n.iface(1, 0, option{optIfName, []byte("second")}, option{1, make([]byte, 65533)}, option{1, make([]byte, 65535)})
	n.packet(1, base*1e6, "ok", 2)
	packets, info, err := readAll(t, n.b)
	if err != nil || len(packets) != 1 || packets[0].Time != base*1e9 {
		t.Fatal(err, packets)
	}
	if len(info.Interfaces[0].Name) != maxName || info.Interfaces[1].Name != "second" {
		t.Errorf("%+v", info.Interfaces)
	}
}

// Some writers leave the padding out of the block length; Wireshark bears it.
func TestUnpaddedLength(t *testing.T) {
	n := &ng{order: orders["little"]}
	n.section().iface(1, 0)
	at := len(n.b)
	n.packet(0, 1, "abcde", 5).packet(0, 2, "z", 1)
	n.PutUint32(n.b[at+4:], 32+5)
	n.PutUint32(n.b[at+36:], 32+5)
	packets, _, err := readAll(t, n.b)
	if err != nil || len(packets) != 2 || packets[0].data != "abcde" {
		t.Error(err, packets)
	}
}
