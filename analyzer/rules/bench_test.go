package rules

import (
	"testing"

	"finwait/analyzer/model"
	"finwait/reassembly"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/traffic"
)

// eachStory calls f with a connection of every story of the web, and with the
// story's share.
func eachStory(b *testing.B, f func(c *conn.Conn, share int)) {
	web := traffic.Web(1)
	for _, story := range web.Stories {
		shape := *web
		shape.Stories = []traffic.Story{story}
		tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) { f(c, story.Share) })
		d := segment.NewDecoder()
		var s segment.Segment
		for p := range shape.Packets(1) {
			if skip := d.Decode(p.Link, p.Data, p.Length, &s); skip != segment.Decoded {
				b.Fatal(skip)
			}
			tracker.Add(p.Frame(), &s)
		}
		tracker.Flush()
	}
}

func BenchmarkRecord(b *testing.B) {
	benchmarkStories(b, func(c *conn.Conn) func() {
		var builder model.Builder
		return func() { builder.Record("web.pcap", c) }
	})
}

func BenchmarkJudge(b *testing.B) {
	config := model.DefaultConfig()
	judge := model.Judge(All, &config)
	benchmarkStories(b, func(c *conn.Conn) func() {
		rec := model.NewRecord("web.pcap", c)
		return func() {
			rec.Findings = rec.Findings[:0]
			judge(rec, c)
		}
	})
}

// benchmarkStories measures what prepare returns, over the mix of connections of
// the web; an operation takes in as many as the shares come to.
func benchmarkStories(b *testing.B, prepare func(*conn.Conn) func()) {
	b.ReportAllocs()
	b.StopTimer()
	b.ResetTimer()
	connections := 0
	eachStory(b, func(c *conn.Conn, share int) {
		connections += share
		work := prepare(c)
		b.StartTimer()
		for range share * b.N {
			work()
		}
		b.StopTimer()
	})
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(connections), "ns/connection")
}
