package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"finwait/reassembly/traffic"
)

// run appends a run of the hybrid encoding: so many times the same number of a bit.
func run(b []byte, times uint64, v byte) []byte {
	return append(binary.AppendUvarint(b, times<<1), v)
}

// sized returns b behind its length, as levels stand in a page.
func sized(b []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
}

// bomb writes a file of row groups, each of one row with a list of n elements that are
// null, in as many octets as a list of two.
func bomb(tb testing.TB, groups int, n int64) []byte {
	tb.Helper()
	fields := []*Node{{Name: "l", Type: List, Children: []*Node{{Name: "element", Type: Int64, Optional: true}}}}
	var file bytes.Buffer
	w := NewWriter(&file, fields, "test", [2]string{"schema", "x/1"})
	page := sized(run(run(nil, 1, 0), 1<<62, 1)) // as many as there are left
	page = append(page, sized(run(nil, 1<<62, 1))...)
	for range groups {
		c := chunk{values: n, encoding: encodingPlain, data: w.at}
		w.writePage(&c, page, pageData, 5, func(t *thrift) {
			t.int32(1, n)
			t.int32(2, encodingPlain)
			t.int32(3, encodingRLE)
			t.int32(4, encodingRLE)
		})
		w.groups = append(w.groups, group{rows: 1, chunks: []chunk{c}})
		w.rows++
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

// footed returns a file that is all footer.
func footed(footer []byte) []byte {
	file := append([]byte(magic), footer...)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(footer))), magic...)
}

// listed returns the begin of a footer's list of n structs, each of them in the octets of
// one.
func listed(id byte, n int, one string) []byte {
	b := append([]byte{id<<4 | typeList}, 0xf0|typeStruct)
	b = binary.AppendUvarint(b, uint64(n))
	return append(b, strings.Repeat(one, n)...)
}

// What a small file says of itself costs little: neither long lists that take no octets,
// nor pages that are longer than they say, nor a footer of very many little things.
func TestHostileFilesCostLittle(t *testing.T) {
	most := traffic.Bound(time.Second, testing.Short())
	for name, file := range map[string][]byte{
		"one list":            bomb(t, 1, math.MaxInt32),
		"one of 200 million":  bomb(t, 1, 200_000_000),
		"many lists":          bomb(t, 400, maxOfRow),
		"many longer lists":   bomb(t, 400, 30_000_000),
		"a schema of nothing": footed(listed(2, 4<<20, "\x00")),
		"groups of nothing":   footed(listed(4, 4<<20, "\x00")),
		"columns of nothing":  footed(append([]byte{0x49, 0x1c}, append(listed(1, 4<<20, "\x00"), 0)...)),
		"columns of little":   footed(append([]byte{0x49, 0x1c}, append(listed(1, 200_000, "\x3c\x96\x08\x00\x00"), 0)...)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begun := traffic.Processor()
		elements := 0
		r, err := NewReader(bytes.NewReader(file), int64(len(file)))
		for i := 0; err == nil && i < r.Groups(); i++ {
			if loaded := r.Load(i, r.Fields); loaded != nil {
				continue
			}
			if f := r.Fields[0]; !f.IsNull() {
				f.Elements(func(element *Field) { element.Skip(); elements++ })
			}
		}
		took := traffic.Processor() - begun
		runtime.ReadMemStats(&after)
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 160 || took > most {
			t.Errorf("%s: %d octets cost %v and %d MiB", name, len(file), took, grown)
		}
		if elements > 5<<20 {
			t.Errorf("%s: %d elements in %d octets", name, elements, len(file))
		}
	}
}

// A page in zstd is not unpacked further than it says.
func TestPageLongerThanItSays(t *testing.T) {
	w := NewWriter(&bytes.Buffer{}, nil, "", [2]string{})
	packed := w.zstd.EncodeAll(make([]byte, 100<<20), nil)
	var p pages
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := p.unpack(codecZstd, packed, 64); err == nil {
		t.Error("a page of 100 MiB passes for one of 64 octets")
	}
	runtime.ReadMemStats(&after)
	if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 16 {
		t.Errorf("%d MiB for a page of 64 octets", grown)
	}
}

// Lists that are as long as their octets allow are read.
func TestLongListsAreRead(t *testing.T) {
	for _, n := range []int64{2, 3, maxOfRow} {
		rows, err := readAll(bomb(t, 1, n), false)
		if err != nil || len(rows) != 1 || len(rows[0]["l"].([]any)) != int(n) {
			t.Errorf("a list of %d elements: %d rows, %v", n, len(rows), err)
		}
	}
	if _, err := readAll(bomb(t, 1+spareRepeats/maxOfRow, maxOfRow), false); err == nil || fmt.Sprint(err) != "column l: "+errLarge.Error() {
		t.Errorf("lists that are too long together: %v", err)
	}
}
