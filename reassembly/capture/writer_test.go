package capture

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"finwait/reassembly/segment"
)

func TestWriterRoundTrip(t *testing.T) {
	for _, link := range []segment.LinkType{segment.LinkEthernet, segment.LinkSLL2} {
		var b bytes.Buffer
		w := NewWriter(&b, link)
		packets := []Packet{
			{Time: base*1e9 + 123_456_789, Length: 1500, Data: []byte("cut")},
			{Time: 0, Data: []byte("whole")},
			{Time: math.MaxUint32*1e9 + 999_999_999},
		}
		for i := range packets {
			if err := w.Write(&packets[i]); err != nil {
				t.Fatal(err)
			}
		}
		all, info, err := readAll(t, b.Bytes())
		if err != nil || info.Format != "pcap-ns" || len(all) != len(packets) {
			t.Fatal(err, info, len(all))
		}
		for i, p := range packets {
			if got := all[i]; got.Time != p.Time || got.Link != link || got.data != string(p.Data) ||
				got.Length != max(p.Length, len(p.Data)) {
				t.Errorf("packet %d = %+v", i+1, got)
			}
		}
	}
}

func TestWriterErrors(t *testing.T) {
	for _, at := range []Time{-1, (math.MaxUint32 + 1) * 1e9} {
		w := NewWriter(new(bytes.Buffer), 1)
		if err := w.Write(&Packet{Time: at}); err == nil || w.Err() != err || w.Write(&Packet{}) != err {
			t.Errorf("time %d was written: %v", at, err)
		}
	}
	full := errors.New("disk full")
	w := NewWriter(fullDisk{full}, 1)
	if !errors.Is(w.Err(), full) || !errors.Is(w.Write(&Packet{}), full) {
		t.Error(w.Err())
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }
