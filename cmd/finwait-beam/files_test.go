package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
)

// store is another file system than this machine's, as buckets are: what is written
// appears with Close.
type store struct{}

const scheme = "store://"

// failing counts down to the write that fails.
var failing atomic.Int64

var errStore = errors.New("the store is out of order")

func init() {
	filesystem.Register("store", func(context.Context) filesystem.Interface { return store{} })
}

func (store) Close() error { return nil }

func (store) List(_ context.Context, glob string) ([]string, error) {
	names, err := filepath.Glob(strings.TrimPrefix(glob, scheme))
	for i := range names {
		names[i] = scheme + names[i]
	}
	return names, err
}

func (store) OpenRead(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(strings.TrimPrefix(name, scheme))
}

func (store) OpenWrite(ctx context.Context, name string) (io.WriteCloser, error) {
	return &object{ctx: ctx, name: strings.TrimPrefix(name, scheme), fails: failing.Add(-1) == 0}, nil
}

func (store) Size(context.Context, string) (int64, error) { return 0, nil }

type object struct {
	bytes.Buffer
	ctx   context.Context
	name  string
	fails bool
}

func (o *object) Write(b []byte) (int, error) {
	if o.fails {
		return 0, errStore
	}
	return o.Buffer.Write(b)
}

func (o *object) Close() error {
	if o.fails || o.ctx.Err() != nil {
		return errors.Join(errStore, o.ctx.Err())
	}
	return os.WriteFile(o.name, o.Bytes(), 0o600)
}

// TestStore: captures of another file system, and results there.
func TestStore(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	for _, piece := range cut(t, "../../testdata/real/go-timeout.pcap", 4, 0) {
		content, err := os.ReadFile(piece)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(piece)), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, problems, err := expand(t.Context(), []string{scheme + dir + "/", t.TempDir()})
	if err != nil || len(files) != 4 {
		t.Fatalf("%v: %v", files, err)
	}
	if len(problems) != 1 || !problems[0].Error { // the directory without captures
		t.Errorf("problems: %v", problems)
	}
	for _, join := range []bool{false, true} {
		s := Settings{Output: scheme + filepath.Join(out, "run"), Format: "jsonl", Join: join}
		p := beam.NewPipeline()
		build(p.Root(), s, files)
		if err := ptest.Run(p); err != nil {
			t.Fatal(err)
		}
		args := []string{"flows", "--format", "jsonl"}
		if join {
			args = append(args, "--join")
		}
		for _, f := range files {
			args = append(args, strings.TrimPrefix(f, scheme))
		}
		got := bytes.ReplaceAll(written(t, filepath.Join(out, "run-*.jsonl")), []byte(scheme), nil)
		same(t, "records", sorted(got), sorted(want(t, args...)))
		for _, name := range []string{"run.report.json", "run.problems.jsonl"} {
			if _, err := os.Stat(filepath.Join(out, name)); err != nil {
				t.Error(err)
			}
		}
		old, _ := filepath.Glob(filepath.Join(out, "*"))
		for _, name := range old {
			os.Remove(name)
		}
	}
}

// TestFailure: a worker fails amid its output; what it wrote does not appear, and once
// the pipeline is run again all is as if nothing had been.
func TestFailure(t *testing.T) {
	files := cut(t, "../../testdata/real/go-timeout.pcap", 5, 0)
	for nth := int64(1); nth <= 8; nth += 3 {
		out := t.TempDir()
		s := Settings{Output: scheme + filepath.Join(out, "run"), Format: "jsonl", Join: true}
		run := func() error {
			p := beam.NewPipeline()
			build(p.Root(), s, files)
			return ptest.Run(p)
		}
		failing.Store(nth)
		if err := run(); err == nil || !strings.Contains(err.Error(), errStore.Error()) {
			t.Fatalf("write %d failed, and the pipeline says %v", nth, err)
		}
		if names, _ := filepath.Glob(filepath.Join(out, "*.report.json")); len(names) > 0 {
			t.Errorf("write %d failed, and there is a report: %v", nth, names)
		}
		if err := run(); err != nil {
			t.Fatal(err)
		}
		equal(t, filepath.Join(out, "run"), files...)
	}
}

// A chunk that was sent twice, by a worker that failed after it and was tried again, is
// taken once, from memory or from a file.
func TestSentTwice(t *testing.T) {
	var got [2][]string
	held := heldChunks
	defer func() { heldChunks = held }()
	for i := range got {
		if i > 0 {
			heldChunks = 50 // most of them are in a file
		}
		var chunks [][]byte
		var e encoder
		key := tuple{is4: true}
		key.ends[0].Port, key.ends[1].Port = 1, 2
		for n := range 4 {
			p := Packet{Opens: n == 0}
			p.Frame.Number, p.Frame.Time = n+1, 1e18
			p.Now = p.Frame.Time
			p.Segment.Seq = 7
			if p.Segment.Flags = 0x10; n == 0 {
				p.Segment.Flags = 0x02
			}
			e.add(&p, n == 3)
			chunks = append(chunks, append(append(make([]byte, 15), byte(n)), squeeze(e.B)...))
			e = encoder{}
		}
		if i == 1 {
			chunks = append(chunks, slices.Clone(chunks[1]), slices.Clone(chunks[3]))
			slices.Reverse(chunks)
		}
		plan, err := encodeJSON(&Plan{Names: []string{"a", "b"}, FirstID: []int{0, 0}, Interfaces: make([][]string, 2), End: 1e18 + 1, HasEnd: true})
		if err != nil {
			t.Fatal(err)
		}
		f := &sharedFn{Settings: Settings{Format: "jsonl"}}
		next := func(b *[]byte) bool {
			if len(chunks) == 0 {
				return false
			}
			*b, chunks = chunks[0], chunks[1:]
			return true
		}
		emit := func(_ int, squeezed []byte) {
			lines, err := unsqueeze(squeezed)
			if err != nil {
				t.Fatal(err)
			}
			list, err := parseLines(lines)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range list {
				got[i] = append(got[i], string(l.text))
			}
		}
		if err := f.ProcessElement(t.Context(), key.key(), next, plan, nil, emit); err != nil {
			t.Fatal(err)
		}
	}
	if len(got[0]) == 0 || !slices.Equal(got[0], got[1]) {
		t.Errorf("once: %q\ntwice: %q", got[0], got[1])
	}
}
