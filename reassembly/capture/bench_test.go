package capture_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"finwait/reassembly/capture"
	"finwait/reassembly/traffic"
)

const benchConnections = 10_000

// benchFiles are the same packets in several formats.
func benchFiles(b *testing.B) (files map[string][]byte, packets int) {
	shape := traffic.Web(benchConnections)
	classic, packets := traffic.Capture(shape.Packets(1))
	var ng, gz, zst bytes.Buffer
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		b.Fatal(err)
	}
	g := gzip.NewWriter(&gz)
	if err := traffic.WriteNg(&ng, shape.Packets(1)); err != nil {
		b.Fatal(err)
	}
	for _, w := range []io.WriteCloser{g, z} {
		if _, err := w.Write(classic); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	return map[string][]byte{"pcap": classic, "pcapng": ng.Bytes(), "pcap.gz": gz.Bytes(), "pcap.zst": zst.Bytes()}, packets
}

func BenchmarkRead(b *testing.B) {
	files, packets := benchFiles(b)
	for _, name := range []string{"pcap", "pcapng", "pcap.gz", "pcap.zst"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := capture.Open("-", bytes.NewReader(files[name]))
				if err != nil {
					b.Fatal(err)
				}
				var p capture.Packet
				n := 0
				for r.Next(&p) == nil {
					n++
				}
				r.Close()
				if n != packets {
					b.Fatal(n)
				}
			}
			perPacket(b, packets)
		})
	}
}

var bareFile = flag.String("bare", "", "the pcap file that BenchmarkBarePcapgo reads, in place of made-up traffic")

// BenchmarkBarePcapgo is what BenchmarkRead is to be held against: the same
// loop without a Reader, looking at what it gets as any user would.
func BenchmarkBarePcapgo(b *testing.B) {
	open := func() (io.ReadCloser, error) { return os.Open(*bareFile) }
	if *bareFile == "" {
		files, _ := benchFiles(b)
		open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files["pcap"])), nil }
	}
	b.ReportAllocs()
	packets := 0
	for b.Loop() {
		f, err := open()
		if err != nil {
			b.Fatal(err)
		}
		r, err := pcapgo.NewReader(bufio.NewReaderSize(f, 1<<18))
		if err != nil {
			b.Fatal(err)
		}
		packets = drain(r)
		f.Close()
	}
	perPacket(b, packets)
}

func drain[R gopacket.ZeroCopyPacketDataSource](r R) (n int) {
	for {
		data, ci, err := r.ZeroCopyReadPacketData()
		if err != nil || len(data) != ci.CaptureLength || ci.Timestamp.IsZero() {
			return n
		}
		n++
	}
}

func perPacket(b *testing.B, packets int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(packets), "ns/packet")
}
