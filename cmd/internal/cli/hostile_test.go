package cli

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"finwait/cmd/internal/damage"
)

// What a run over a small capture may cost, whatever is wrong with it. The time
// is that of a machine with other things to do.
const (
	hostileTime = 10 * time.Second
	hostileHeap = 384 << 20 // octets; a decompressor's window alone may take 128 MiB
)

// TestDamagedCaptures runs the program over captures that were damaged: it
// reports what it could read, exits with 0, or with 3 and a word on standard
// error, and takes no more time and memory than for a sound one.
//
// FINWAIT_CORPUS names a directory of further captures, and FINWAIT_VARIANTS says
// how many variants of each are tried.
func TestDamagedCaptures(t *testing.T) {
	samples := seedCaptures(t, 64<<10)
	samples = append(samples, bzip2Sample(t))
	variants := 3
	if dir := os.Getenv("FINWAIT_CORPUS"); dir != "" {
		samples = append(samples, corpus(t, dir)...)
		variants = 40
	} else if testing.Short() {
		variants = 1
	} else {
		t.Log("FINWAIT_CORPUS names no directory of captures: only those of the repository are damaged")
	}
	if text := os.Getenv("FINWAIT_VARIANTS"); text != "" {
		if _, err := fmt.Sscan(text, &variants); err != nil {
			t.Fatalf("FINWAIT_VARIANTS: %v", err)
		}
	}
	begun, runs, dir := time.Now(), 0, t.TempDir()
	next := make(chan func())
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for f := range next {
				f()
			}
		})
	}
	for _, s := range samples {
		for n := range variants {
			runs++
			next <- func() { hostileRun(t, dir, s, n) }
		}
	}
	close(next)
	workers.Wait()
	t.Logf("%d variants of %d captures in %.1f s", runs, len(samples), time.Since(begun).Seconds())
}

// outputs are the ways in which results are asked for.
var outputs = [][]string{
	{"report"},
	{"report", "-f", "json"},
	{"report", "-f", "markdown"},
	{"flows"},
	{"flows", "-f", "jsonl"},
	{"flows", "-f", "json", "--sort", "stream"},
	{"flows", "-f", "csv"},
	{"flows", "-f", "tsv"},
	{"flows", "-f", "zeek"},
}

// hostileRun damages a capture in its nth way and runs the program over it.
func hostileRun(t *testing.T, dir string, s sample, n int) {
	h := fnv.New64a()
	_, _ = io.WriteString(h, s.name) // it never fails
	r := rand.New(rand.NewPCG(h.Sum64(), uint64(n)))
	octets, how := damage.Spoil(r, s.octets)
	args := outputs[r.IntN(len(outputs))]
	name := strings.Join(args[:1], " ")
	if len(args) > 1 {
		name += " " + args[2]
	}
	args = append([]string{args[0], "--no-config"}, args[1:]...)
	if r.IntN(4) == 0 {
		args = append(args, "--join")
	}
	var stdin io.Reader
	if r.IntN(2) == 0 {
		stdin, args = bytes.NewReader(octets), append(args, "-")
	} else {
		path := filepath.Join(dir, fmt.Sprintf("%s.%d", s.name, n))
		if err := os.WriteFile(path, octets, 0o600); err != nil {
			t.Error(err)
			return
		}
		defer os.Remove(path)
		args = append(args, path)
	}
	what := fmt.Sprintf("%s, variant %d (%s), %q", s.name, n, how, args)

	var out, problems bytes.Buffer
	code := -1
	done := make(chan any, 1)
	before := heapSys()
	go func() {
		defer func() {
			v := recover()
			if v != nil {
				v = fmt.Sprintf("%v\n%s", v, debug.Stack())
			}
			done <- v
		}()
		code = Command{Stdin: stdin, Stdout: &out, Stderr: &problems}.Main(args)
	}()
	select {
	case v := <-done:
		if v != nil {
			t.Errorf("%s: panic: %v", what, v)
			return
		}
	case <-time.After(hostileTime):
		t.Errorf("%s: still running after %v", what, hostileTime)
		return
	}
	if grown := heapSys() - before; grown > hostileHeap {
		t.Errorf("%s: the heap grew by %d MiB", what, grown>>20)
	}
	if code != exitOK && (code != exitInput || problems.Len() == 0) {
		t.Errorf("%s: exit code %d, standard error %q", what, code, &problems)
	}
	if bad := damage.Bad(name, out.Bytes()); bad != "" {
		t.Errorf("%s: %s", what, bad)
	}
	if bad := damage.Bad("standard error", problems.Bytes()); bad != "" {
		t.Errorf("%s: standard error: %s", what, bad)
	}
}

func heapSys() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys)
}

// corpus reads the captures of at most 1 MiB in dir.
func corpus(t *testing.T, dir string) (list []sample) {
	t.Helper()
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
			return err
		}
		b, err := os.ReadFile(path)
		list = append(list, sample{filepath.Base(path), b})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func bzip2Sample(t *testing.T) sample {
	t.Helper()
	b, err := os.ReadFile("../../../reassembly/capture/testdata/sample.pcap.bz2")
	if err != nil {
		t.Fatal(err)
	}
	return sample{"sample.pcap.bz2", b}
}
