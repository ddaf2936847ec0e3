package records

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"finwait/analyzer/model"
)

// stored writes the records of the tests in a format, as often as it says.
func stored(t testing.TB, format string, times int) []byte {
	t.Helper()
	var b bytes.Buffer
	h := writer(format, &b)
	for range times {
		replayed(t, &onlyRecords{h})
	}
	if err := h.Close(nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// writer writes a format that comes back.
func writer(format string, w io.Writer) model.Handler {
	return map[string]func(io.Writer) model.Handler{"jsonl": JSONL, "json": JSON, "parquet": Parquet}[format](w)
}

// onlyRecords does not hand on that a run ended.
type onlyRecords struct{ model.Handler }

func (onlyRecords) Close(*model.Summary) error { return nil }

// read returns what is stored as JSON Lines, and what was told of it.
func read(t *testing.T, content []byte, name string) (lines, told string, lost int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		return "", err.Error(), 0
	}
	if s == nil {
		t.Fatalf("%s is no stored run", name)
	}
	defer s.Close()
	var b bytes.Buffer
	h := JSONL(&b)
	problem := func(err error) { told += strings.ReplaceAll(err.Error(), path, name) + "\n" }
	if err := s.Each(problem, h.Record); err != nil {
		t.Fatal(err)
	}
	return b.String(), told, s.Lost
}

// What was stored comes back, octet by octet.
func TestStoredComesBack(t *testing.T) {
	want := string(stored(t, "jsonl", 3))
	for _, format := range []string{"jsonl", "json", "parquet"} {
		if got, told, _ := read(t, stored(t, format, 3), "run."+format); got != want || told != "" {
			t.Errorf("%s: %s\n%s\nwant\n%s", format, told, got, want)
		}
	}
}

// What is damaged is told with its place, and the rest is read.
func TestDamagedLines(t *testing.T) {
	run := string(stored(t, "jsonl", 1))
	lines := strings.SplitAfter(run, "\n")
	bad := strings.Replace(run, lines[2], "{\"schema\":\"other/9\"}\nnonsense\n", 1)
	rest := strings.Replace(run, lines[2], "", 1)
	want := fmt.Sprintf("x.jsonl: line 3 (byte %d): schema \"other/9\", want \"finwait.flow/1\"\nx.jsonl: 1 more line is lost\n", len(lines[0])+len(lines[1]))
	if got, told, lost := read(t, []byte(bad), "x.jsonl"); got != rest || told != want || lost != 2 {
		t.Errorf("%d lost, %s\nwant %s", lost, told, want)
	}
	cut := run[:len(run)-5]
	last := len(run) - len(lines[len(lines)-2])
	want = fmt.Sprintf("x.jsonl: line %d (byte %d): the file ends within it\n", len(lines)-1, last)
	if got, told, _ := read(t, []byte(cut), "x.jsonl"); got != run[:last] || told != want {
		t.Errorf("%s\nwant %s", told, want)
	}
	long := lines[0] + `{"x":"` + strings.Repeat("y", maxLine) + "\"}\n" + lines[1]
	if got, told, _ := read(t, []byte(long), "x.jsonl"); got != lines[0]+lines[1] || !strings.Contains(told, "line 2 (byte") {
		t.Errorf("%s", told)
	}
}

// A line of empty findings, which compresses to almost nothing, does not fill the memory.
func TestCraftedLines(t *testing.T) {
	list := func(octets int) string {
		return `{"schema":"finwait.flow/1","findings":[` + strings.Repeat("{},", octets/3) + "{}]}\n"
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, told, lost := read(t, []byte(list(maxLine-100)+list(16<<20)), "x.jsonl")
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 600<<20 {
		t.Errorf("%d MiB were allocated", took>>20)
	}
	if lost != 2 || !strings.Contains(told, errParts.Error()) {
		t.Errorf("%d lines are lost: %s", lost, told)
	}
}

func TestDamagedParquet(t *testing.T) {
	whole := stored(t, "parquet", 1500) // of several row groups
	n := strings.Count(string(stored(t, "jsonl", 1500)), "\n")
	if got, told, _ := read(t, whole[:len(whole)-3], "x.parquet"); got != "" || !strings.Contains(told, "x.parquet: cut short") {
		t.Errorf("%q", told)
	}
	bad := bytes.Clone(whole)
	copy(bad[40:], make([]byte, 40)) // in the first row group
	got, told, lost := read(t, bad, "x.parquet")
	if rows := strings.Count(got, "\n"); rows == 0 || int64(rows)+lost != int64(n) || !strings.Contains(told, "x.parquet: rows 1 to ") {
		t.Errorf("%d rows, %d lost of %d: %s", rows, lost, n, told)
	}
}

// A damaged file costs no more than a sound one, and never a panic.
func FuzzStored(f *testing.F) {
	f.Add(stored(f, "parquet", 1), true)
	f.Add(stored(f, "jsonl", 1), false)
	f.Fuzz(func(t *testing.T, content []byte, isParquet bool) {
		if !isParquet {
			s := &Stored{Name: "x", lines: bufio.NewReader(bytes.NewReader(content))}
			if err := s.Each(func(error) {}, func(r *model.Record) error { r.AppendJSON(nil); return nil }); err != nil {
				t.Fatal(err)
			}
			return
		}
		path := filepath.Join(t.TempDir(), "x.parquet")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if s == nil || err != nil {
			return
		}
		defer s.Close()
		if err := s.Each(func(error) {}, func(r *model.Record) error { r.AppendJSON(nil); return nil }); err != nil {
			t.Fatal(err)
		}
	})
}
