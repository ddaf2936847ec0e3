package reassembly_test

import (
	"testing"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/traffic"
)

// decoded is traffic that only has to be tracked.
type decoded struct {
	packets  []capture.Packet
	segments []segment.Segment
}

func decode(t testing.TB, shape *traffic.Shape) *decoded {
	t.Helper()
	d := &decoded{packets: traffic.Collect(shape.Packets(1))}
	d.segments = make([]segment.Segment, len(d.packets))
	decoder := segment.NewDecoder()
	for i := range d.packets {
		p := &d.packets[i]
		if skip := decoder.Decode(p.Link, p.Data, p.Length, &d.segments[i]); skip != segment.Decoded {
			t.Fatal(skip)
		}
	}
	return d
}

// track returns how many connections there were.
func (d *decoded) track() (connections int) {
	tracker := reassembly.NewTracker(reassembly.Config{}, func(*conn.Conn) { connections++ })
	for i := range d.packets {
		tracker.Add(d.packets[i].Frame(), &d.segments[i])
	}
	tracker.Flush()
	return connections
}

// open is traffic whose connections are all live at the end.
func open(connections int) *traffic.Shape {
	shape := traffic.Web(connections)
	shape.Stories = []traffic.Story{{Share: 1, Flags: ">S"}, {Share: 1, Flags: ">S <S."}, {Share: 1, Flags: ">S <S. >. >d <d >."}}
	shape.Tuples = 0
	return shape
}

func BenchmarkTrack(b *testing.B) {
	const connections = 10_000
	for _, c := range []struct {
		name  string
		shape *traffic.Shape
	}{{"web", traffic.Web(connections)}, {"open", open(connections)}} {
		b.Run(c.name, func(b *testing.B) {
			d := decode(b, c.shape)
			b.ReportAllocs()
			for b.Loop() {
				if n := d.track(); n != connections {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(d.packets)), "ns/packet")
		})
	}
}
