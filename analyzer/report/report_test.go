package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/records"
	"finwait/analyzer/tally"
)

var update = flag.Bool("update", false, "write the golden files anew")

// withFile tells a Handler of the files of a stored run, which does not name
// them apart.
type withFile struct {
	model.Handler
	file  string
	count int64
}

func (w *withFile) Record(r *model.Record) error {
	if w.file != "" && w.file != r.File {
		if err := w.end(); err != nil {
			return err
		}
	}
	w.file = r.File
	w.count++
	return w.Handler.Record(r)
}

func (w *withFile) end() error {
	n := w.count
	w.count = 0
	return w.File(&model.FileInfo{File: w.file, Connections: &n})
}

func (w *withFile) Close(s *model.Summary) error {
	if err := w.end(); err != nil {
		return err
	}
	return w.Handler.Close(s)
}

func replay(t testing.TB, h model.Handler) {
	t.Helper()
	s, err := records.Open(filepath.Join("testdata", "mixed.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var totals tally.Aggregate
	to := &withFile{Handler: h}
	err = s.Each(func(err error) { t.Fatal(err) }, func(r *model.Record) error {
		totals.Add(r)
		return to.Record(r)
	})
	if err == nil {
		err = to.Close(totals.Summary())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestFormats(t *testing.T) {
	for kind, list := range map[string][]Format{"records": Records, "summary": Summaries} {
		for _, format := range list {
			if format.Binary {
				continue
			}
			t.Run(kind+"/"+format.Name, func(t *testing.T) {
				var out bytes.Buffer
				h := format.New(&out, prose.Style{})
				if format.Sorted {
					h = records.Sort(h)
				}
				replay(t, h)
				got := out.Bytes()
				if format.Name == "html" { // the style and the script are not the report's
					_, got, _ = bytes.Cut(got, []byte("<main>"))
					got, _, _ = bytes.Cut(got, []byte("</main>"))
				}
				golden(t, kind+"."+format.Name, got)
				if !utf8.Valid(out.Bytes()) {
					t.Error("invalid UTF-8")
				}
				if bytes.ContainsRune(out.Bytes(), 0x1b) {
					t.Error("a control character from the capture")
				}
			})
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; it is now\n%.4000s", path, got)
	}
}

// TestSortedJSONIsTheSame compares sorted records with the same in their own
// order: the stored run is sorted.
func TestSortedJSONIsTheSame(t *testing.T) {
	for _, format := range Records {
		var plain, sorted bytes.Buffer
		replay(t, format.New(&plain, prose.Style{}))
		replay(t, records.Sort(format.New(&sorted, prose.Style{})))
		if plain.String() != sorted.String() {
			t.Errorf("%s changes when it is sorted", format.Name)
		}
	}
}

func TestNothingGivesWholeDocuments(t *testing.T) {
	for name, want := range map[string]string{"json": "[]\n", "jsonl": "", "csv": "schema,", "tsv": "schema\t", "zeek": "#separator", "table": ""} {
		var out bytes.Buffer
		if err := Find(Records, name).New(&out, prose.Style{}).Close(new(model.Summary)); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(out.String(), want) || want == "" && out.Len() > 0 {
			t.Errorf("%s: %q", name, out.String())
		}
	}
}

func TestSpan(t *testing.T) {
	for in, want := range map[model.Seconds]string{
		0: "0 s", 999: "999 ns", 1000: "1.00 µs", 42623456: "42.6 ms", 999499: "999 µs", 999999: "1.00 ms",
		21600000001: "21.6 s", 2160000001: "2.16 s", 9995e5: "1.00 s", 999999999: "1.00 s", 1000e9: "16m 40s",
		86400e9: "24h 00m", 30 * 86400e9: "30d 00h", -2e9: "-2.00 s", 9994999999: "9.99 s", 9995000000: "10.0 s",
	} {
		if got := in.Words(); got != want {
			t.Errorf("%d ns: got %s, want %s", int64(in), got, want)
		}
	}
	if got := prose.Number(-1234567); got != "-1,234,567" {
		t.Error(got)
	}
}

func BenchmarkFormats(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("testdata", "mixed.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	var r model.Record
	if err := json.Unmarshal(bytes.SplitN(text, []byte("\n"), 2)[0], &r); err != nil {
		b.Fatal(err)
	}
	for _, format := range Records {
		if format.Sorted {
			continue
		}
		b.Run(format.Name, func(b *testing.B) {
			var out bytes.Buffer
			h := format.New(&out, prose.Style{})
			b.ReportAllocs()
			for b.Loop() {
				out.Reset()
				if err := h.Record(&r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
