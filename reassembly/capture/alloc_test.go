package capture

import (
	"bytes"
	"testing"
)

func TestNextAllocatesNothing(t *testing.T) {
	const packets, runs = 30_000, 20_000
	records := make([]record, packets)
	data := noise(1, 195)
	n := &ng{order: orders["little"]}
	n.section().iface(1, 262144, option{optTSResol, []byte{9}})
	for i := range records {
		records[i] = record{sec: base, frac: uint32(i), data: data}
		n.packet(0, base*1e9+uint64(i), data, len(data))
	}
	files := map[string][]byte{"pcap": pcapBytes(orders["little"], magicMicros, 262144, 1, records...), "pcapng": n.b}
	for name, file := range files {
		for codec, b := range map[string][]byte{"": file, "gzip": compressors["gzip"](file)} {
			r := must(Open("-", bytes.NewReader(b)))
			var p Packet
			next := func() {
				if err := r.Next(&p); err != nil {
					t.Fatal(err)
				}
			}
			next()
			if n := testing.AllocsPerRun(runs, next); n != 0 {
				t.Errorf("%s %s: %v allocations per packet", name, codec, n)
			}
			r.Close()
		}
	}
}
