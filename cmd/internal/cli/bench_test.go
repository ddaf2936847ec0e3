package cli

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"finwait/reassembly/traffic"
)

// writeWeb writes a capture of so many connections, and returns how many packets
// that made.
func writeWeb(t testing.TB, connections int) (path string, packets int) {
	t.Helper()
	file, packets := traffic.Capture(traffic.Web(connections).Packets(1))
	path = filepath.Join(t.TempDir(), "web.pcap")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, packets
}

// Whole runs, from the file to the output.
func BenchmarkWhole(b *testing.B) {
	path, packets := writeWeb(b, 10_000)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"report", []string{"report", path}},
		{"timeline", []string{"timeline", "--format", "jsonl", path}},
		{"flows", []string{"flows", "--format", "jsonl", path}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if code := (Command{Stdout: io.Discard, Stderr: io.Discard}).Main(c.args); code != 0 {
					b.Fatal(code)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(packets), "ns/packet")
		})
	}
}
