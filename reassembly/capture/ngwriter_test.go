package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"finwait/reassembly/segment"
)

func TestNgWriterRoundTrip(t *testing.T) {
	var b bytes.Buffer
	w := NewNgWriter(&b)
	interfaces := []Interface{
		{Name: "eth0", Link: segment.LinkEthernet, SnapLen: 96},
		{Link: segment.LinkSLL2, Drops: 7, HasDrops: true}, // 276 does not fit into 8 bits
	}
	for i := range interfaces {
		if id, err := w.Interface(&interfaces[i]); id != i || err != nil {
			t.Fatal(id, err)
		}
	}
	packets := []Packet{
		{Interface: 1, Time: base*1e9 + 123_456_789, Length: 1500, Data: []byte("cut")},
		{Interface: 0, Time: 0, Data: []byte("whole")},
		{Interface: 1, Time: 1<<62 + 1, Data: bytes.Repeat([]byte("x"), 1500)}, // beyond the snaplen
		{Interface: 0, Time: base * 1e9},
	}
	for i := range packets {
		comments := []string{"FIN101: ½ closed", strings.Repeat("y", 70_000)}[:i%3]
		if err := w.Write(packets[i].Interface, &packets[i], comments...); err != nil {
			t.Fatal(err)
		}
	}
	for i := range interfaces {
		if err := w.Statistics(i, &interfaces[i], base*1e9+5); err != nil {
			t.Fatal(err)
		}
	}
	all, info, err := readAll(t, b.Bytes())
	if err != nil || info.Format != "pcapng" || len(all) != len(packets) {
		t.Fatal(err, info, len(all))
	}
	for i, p := range packets {
		if got := all[i]; got.Time != p.Time || got.Interface != p.Interface || got.data != string(p.Data) ||
			got.Link != interfaces[p.Interface].Link || got.Length != max(p.Length, len(p.Data)) {
			t.Errorf("packet %d = %+v", i+1, got)
		}
	}
	if i := info.Interfaces[0]; i.Name != "eth0" || i.SnapLen != 96 || i.HasDrops {
		t.Errorf("interface 0 = %+v", i)
	}
	if i := info.Interfaces[1]; i.Name != "" || i.Drops != 7 || !i.HasDrops {
		t.Errorf("interface 1 = %+v", i)
	}
	if !info.HasUntil || info.Until != base*1e9+5 {
		t.Errorf("observed until %v, %v", info.Until, info.HasUntil)
	}
}

// Others write when the capture was stopped, which is not what observation
// means.
func TestUntilIsOurOwn(t *testing.T) {
	var b bytes.Buffer
	w := NewNgWriter(&b)
	i := Interface{Link: segment.LinkEthernet}
	if _, err := w.Interface(&i); err != nil {
		t.Fatal(err)
	}
	if err := w.Statistics(0, &i, base*1e9); err != nil {
		t.Fatal(err)
	}
	theirs := bytes.Replace(b.Bytes(), []byte(App), []byte("dumpcap"), 1)
	_, info, err := readAll(t, theirs)
	if err != nil || info.HasUntil {
		t.Errorf("until %v, %v; error %v", info.Until, info.HasUntil, err)
	}
}

func TestNgWriterErrors(t *testing.T) {
	w := NewNgWriter(new(bytes.Buffer))
	if err := w.Write(0, &Packet{Number: 3, Time: -1}); err == nil || w.Write(0, &Packet{}) != err {
		t.Errorf("a time before 1970 was written: %v", err)
	}
	full := errors.New("disk full")
	w = NewNgWriter(fullDisk{full})
	if err := w.Write(0, &Packet{}); !errors.Is(err, full) {
		t.Error(err)
	}
}

// A comment stands in an option of its own, filled up to a whole word.
func TestNgWriterComment(t *testing.T) {
	var b bytes.Buffer
	w := NewNgWriter(&b)
	b.Reset()
	if err := w.Write(0, &Packet{Data: []byte("abcde")}, "hello"); err != nil {
		t.Fatal(err)
	}
	want := append([]byte("abcde\x00\x00\x00\x01\x00\x05\x00hello\x00\x00\x00\x00\x00\x00\x00"),
		binary.LittleEndian.AppendUint32(nil, uint32(b.Len()))...)
	if got := b.Bytes()[28:]; !bytes.Equal(got, want) {
		t.Errorf("block ends % x, want % x", got, want)
	}
}
