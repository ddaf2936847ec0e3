package capture

import (
	"bufio"
	"bytes"
	"io"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"
)

const benchPackets = 100_000

// benchFiles are captures of packets of 195 octets, a mean of real ones.
func benchFiles() map[string][]byte {
	records := make([]record, benchPackets)
	data := noise(1, 195)
	n := &ng{order: orders["little"]}
	n.section().iface(1, 262144, option{optTSResol, []byte{9}})
	for i := range records {
		records[i] = record{sec: base, frac: uint32(i), data: data}
		n.packet(0, base*1e9+uint64(i), data, len(data))
	}
	return map[string][]byte{"pcap": pcapBytes(orders["little"], magicMicros, 262144, 1, records...), "pcapng": n.b}
}

func BenchmarkRead(b *testing.B) {
	for name, file := range benchFiles() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				r := must(Open("-", bytes.NewReader(file)))
				var p Packet
				n := 0
				for r.Next(&p) == nil {
					n++
				}
				if n != benchPackets {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchPackets, "ns/packet")
		})
	}
}

// BenchmarkBarePcapgo is what BenchmarkRead is to be held against: the same
// loop without a Reader, looking at what it gets as any user would.
func BenchmarkBarePcapgo(b *testing.B) {
	for name, file := range benchFiles() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				// The file is hidden so that it is read as a file is.
				br := bufio.NewReaderSize(struct{ io.Reader }{bytes.NewReader(file)}, bufferSize)
				var n int
				if name == "pcap" {
					n = drain(must(pcapgo.NewReader(br)))
				} else {
					n = drain(must(pcapgo.NewNgReader(br, pcapgo.NgReaderOptions{WantMixedLinkType: true})))
				}
				if n != benchPackets {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchPackets, "ns/packet")
		})
	}
}

func drain[R gopacket.ZeroCopyPacketDataSource](r R) (n int) {
	for {
		data, ci, err := r.ZeroCopyReadPacketData()
		if err != nil || len(data) != ci.CaptureLength || ci.Timestamp.Unix() < base {
			return n
		}
		n++
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	for name, file := range benchFiles() {
		for codec, b := range map[string][]byte{"": file, "gzip": compressors["gzip"](file)} {
			r := must(Open("-", bytes.NewReader(b)))
			var p Packet
			next := func() {
				if err := r.Next(&p); err != nil {
					t.Fatal(err)
				}
			}
			next()
			if n := testing.AllocsPerRun(20_000, next); n != 0 {
				t.Errorf("%s %s: %v allocations per packet", name, codec, n)
			}
			r.Close()
		}
	}
}
