package segment_test

import (
	"testing"

	"finwait/reassembly/segment"
	"finwait/reassembly/traffic"
)

func BenchmarkDecodeWeb(b *testing.B) {
	packets := traffic.Collect(traffic.Web(1000).Packets(1))
	d := segment.NewDecoder()
	var s segment.Segment
	b.ReportAllocs()
	for b.Loop() {
		for i := range packets {
			p := &packets[i]
			if skip := d.Decode(p.Link, p.Data, p.Length, &s); skip != segment.Decoded {
				b.Fatal(skip)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(packets)), "ns/packet")
}
