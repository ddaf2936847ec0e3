package traffic_test

import (
	"bytes"
	"math"
	"testing"

	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/traffic"
)

// What is told comes out again as told, ports used again and all, in the shares
// that were asked for.
func TestStoriesAreTold(t *testing.T) {
	const connections = 20_000
	shape := traffic.Web(connections)
	want, all := map[string]float64{}, 0
	for _, s := range shape.Stories {
		want[s.Flags] = float64(s.Share)
		all += s.Share
	}
	got := map[string]float64{}
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		got[string(c.AppendFlags(nil))]++
		if c.Caveats&^conn.CaptureEnd != 0 {
			t.Errorf("stream %d: %v", c.Stream, c.Caveats.Names())
		}
	})
	var d segment.Decoder
	var s segment.Segment
	for p := range shape.Packets(1) {
		if skip := d.Decode(p.Link, p.Data, p.Length, &s); skip != segment.Decoded {
			t.Fatalf("packet %d: %v", p.Number, skip)
		}
		tracker.Add(p.Frame(), &s)
	}
	tracker.Flush()
	for flags, n := range got {
		share := n / connections * float64(all)
		if w := want[flags]; math.Abs(share-w) > 0.2*w {
			t.Errorf("%s: a share of %.2f, want %.0f", flags, share, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d stories came out, want %d", len(got), len(want))
	}
}

// The mix is as its description says.
func TestMixIsMixed(t *testing.T) {
	const connections = 4000
	packets, bulk, all, datagrams := 0, 0, 0, 0
	tls, lossy, middle, missing := 0, 0, 0, int64(0)
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		all++
		n := int(c.Packets[0] + c.Packets[1])
		if n > 1000 {
			bulk += n
		}
		if c.Quality[0].Retransmissions+c.Quality[1].Retransmissions > 0 {
			lossy++
		}
		if c.Caveats.Has(conn.MidStreamStart) {
			middle++
		}
		missing += c.Quality[0].Missing + c.Quality[1].Missing
	})
	var d segment.Decoder
	var s segment.Segment
	for p := range traffic.Mix(connections).Packets(1) {
		packets++
		switch skip := d.Decode(p.Link, p.Data, p.Length, &s); {
		case skip == segment.NotTCP:
			datagrams++
			continue
		case skip != segment.Decoded:
			t.Fatalf("packet %d: %v", p.Number, skip)
		}
		if len(s.Payload) > 5 && s.Payload[0] == 22 && s.Payload[5] == 1 {
			tls++
		}
		tracker.Add(p.Frame(), &s)
	}
	tracker.Flush()
	for what, is := range map[string][3]int{
		"bulk packets of a hundred":           {100 * bulk / packets, 40, 60},
		"datagrams of a hundred packets":      {100 * datagrams / packets, 7, 9},
		"lossy connections of a hundred":      {100 * lossy / connections, 8, 14},
		"TLS connections of a hundred":        {100 * tls / connections, 28, 38},
		"mid-stream connections of a hundred": {100 * middle / connections, 4, 8},
		"packets of a connection, on average": {packets / connections, 22, 33},
		"connections":                         {all, connections, connections},
		"octets that stayed missing":          {int(missing), 0, 0},
	} {
		if is[0] < is[1] || is[0] > is[2] {
			t.Errorf("%s: %d, want %d to %d", what, is[0], is[1], is[2])
		}
	}
}

func TestSeedsDecide(t *testing.T) {
	file := func(seed uint64) []byte {
		b, _ := traffic.Capture(traffic.Web(500).Packets(seed))
		return b
	}
	if !bytes.Equal(file(1), file(1)) {
		t.Error("the same seed made other packets")
	}
	if bytes.Equal(file(1), file(2)) {
		t.Error("another seed made the same packets")
	}
}

func TestChecksums(t *testing.T) {
	add := func(total uint32, b []byte) uint32 {
		for i, v := range b {
			total += uint32(v) << (8 * (1 - i%2))
		}
		return total
	}
	right := func(total uint32) bool {
		for total > 0xffff {
			total = total>>16 + total&0xffff
		}
		return total == 0xffff
	}
	shape := traffic.Web(200)
	shape.Response = 1301 // odd
	for p := range shape.Packets(1) {
		ip := p.Data[14:]
		if !right(add(0, ip[:20])) {
			t.Fatalf("packet %d: IP", p.Number)
		}
		if !right(add(uint32(6+len(ip)-20), ip[12:])) {
			t.Fatalf("packet %d: TCP", p.Number)
		}
	}
}

func TestFilesHoldTheSame(t *testing.T) {
	shape := traffic.Web(100)
	var ng bytes.Buffer
	if err := traffic.WriteNg(&ng, shape.Packets(1)); err != nil {
		t.Fatal(err)
	}
	classic, count := traffic.Capture(shape.Packets(1))
	for _, file := range [][]byte{classic, ng.Bytes()} {
		r, err := capture.Open("-", bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var p capture.Packet
		n := 0
		for want := range shape.Packets(1) {
			if err := r.Next(&p); err != nil || p.Time != want.Time || !bytes.Equal(p.Data, want.Data) {
				t.Fatalf("packet %d differs: %v", want.Number, err)
			}
			n++
		}
		if n != count {
			t.Errorf("%d packets, want %d", n, count)
		}
		r.Close()
	}
}
