package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"finwait/reassembly/capture"
	"finwait/reassembly/traffic"
)

// crowded writes a capture of many connections on 4-tuples that come back while an
// end is in TIME-WAIT and after, with strays of what ended. Halfway the clock is set
// back; the capturing system says that it lost packets.
func crowded(t *testing.T, connections int) (path string) {
	t.Helper()
	shape := traffic.Web(connections)
	shape.Pace, shape.Tuples = 2*time.Millisecond, 3000
	shape.Stories = append(shape.Stories,
		traffic.Story{Share: 2, Flags: ">S <S. >. >d <d >F. <. <F. >. >. <. >. <."},
		traffic.Story{Share: 2, Flags: ">S <S. >. >d <R >. >F. <."},
		traffic.Story{Share: 4, Flags: ">S <S. >F. <F."},
		traffic.Story{Share: 1, Flags: ">d <. <d >. <F. >F. <."},
		traffic.Story{Share: 1, Flags: ">S >S <S. <S. >. >F. >F. >F. <F."},
	)
	path = filepath.Join(t.TempDir(), "crowded.pcapng")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	w := capture.NewNgWriter(&b)
	device := capture.Interface{Link: 1, Name: "eth0", HasDrops: true, Drops: 7}
	id, err := w.Interface(&device)
	if err != nil {
		t.Fatal(err)
	}
	var last capture.Time
	for p := range shape.Packets(1) {
		shown := *p
		if p.Number > connections*11/2 {
			shown.Time -= capture.Time(100 * time.Second)
		}
		last = max(last, shown.Time)
		if err := w.Write(id, &shown); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 1<<20 {
			if _, err := b.WriteTo(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Statistics(id, &device, last); err != nil {
		t.Fatal(err)
	}
	if _, err := b.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	return path
}

// The records of a 4-tuple are the same alone and among all others, whatever the
// number of cores.
func TestRecordsAreOfTheirSegmentsAlone(t *testing.T) {
	connections := 100_000
	if testing.Short() {
		connections = 12_000
	}
	path := crowded(t, connections)
	var all []byte
	for _, cores := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		out := finwait(t, "flows", "--no-config", "-q", "--format", "jsonl", path)
		if all != nil && !bytes.Equal(all, out) {
			t.Errorf("%d cores say something else", cores)
		}
		all = out
	}
	for _, n := range []int{0, 911, 1822, 2733} {
		where := fmt.Sprintf("client.ip == '198.18.0.1' && client.port == %d", 32768+n)
		one := filepath.Join(t.TempDir(), "one.pcapng")
		finwait(t, "extract", "--no-config", "-q", path, "-w", one, "--where", where)
		want := recordsOf(t, path, where, "")
		if len(want) < connections/3000-1 {
			t.Fatalf("only %d records on port %d", len(want), 32768+n)
		}
		for _, what := range differs(want, recordsOf(t, one, "", "")) {
			t.Errorf("port %d: %s", 32768+n, what)
		}
	}
}
