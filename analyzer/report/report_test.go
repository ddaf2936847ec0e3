package report

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
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

// replayFile reads records that JSONL or JSON wrote, and hands them to h. What is damaged is
// left out; the first of it is the error then, and name is for that.
func replayFile(name string, in io.Reader, h model.Handler) error {
	var totals model.Aggregate
	var damage error
	s := &Stored{Name: name, lines: bufio.NewReader(in)}
	err := s.Each(func(err error) {
		if damage == nil {
			damage = err
		}
	}, func(r *model.Record) error {
		totals.Add(r)
		return h.Record(r)
	})
	if err == nil {
		err = h.Close(totals.Summary())
	}
	if err == nil {
		err = damage
	}
	return err
}

func replay(t testing.TB, h model.Handler) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "mixed.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := replayFile("mixed.jsonl", f, &withFile{Handler: h}); err != nil {
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
				h := format.New(&out, Style{})
				if format.Sorted {
					h = Sort(h)
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

// TestJSONLComesBack replays what JSONL wrote: it must write the same again.
func TestJSONLComesBack(t *testing.T) {
	var first, second bytes.Buffer
	replay(t, JSONL(&first))
	if err := replayFile("first", bytes.NewReader(first.Bytes()), JSONL(&second)); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Error("a record changes on its way")
	}
}

// TestSortedJSONIsTheSame compares sorted records with the same in their own
// order: the stored run is sorted.
func TestSortedJSONIsTheSame(t *testing.T) {
	for _, format := range Records {
		var plain, sorted bytes.Buffer
		replay(t, format.New(&plain, Style{}))
		replay(t, Sort(format.New(&sorted, Style{})))
		if plain.String() != sorted.String() {
			t.Errorf("%s changes when it is sorted", format.Name)
		}
	}
}

func TestReplaySaysWhere(t *testing.T) {
	for text, want := range map[string]string{
		"{":                    "x: line 1 (byte 0): ",
		`{"schema":"other/9"}`: `x: line 1 (byte 0): schema "other/9"`,
	} {
		err := replayFile("x", strings.NewReader(text), JSONL(new(bytes.Buffer)))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s…", text, err, want)
		}
	}
}

// TestFlatFormatsHoldWholeRecords puts CSV and TSV beside the records.
func TestFlatFormatsHoldWholeRecords(t *testing.T) {
	var c, v bytes.Buffer
	replay(t, CSV(&c))
	replay(t, TSV(&v))
	rows, err := csv.NewReader(&c).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(v.String(), "\n"), "\n")
	if len(rows) != len(lines) {
		t.Fatalf("%d rows of CSV, %d of TSV", len(rows), len(lines))
	}
	for i, line := range lines {
		if cells := strings.Split(line, "\t"); strings.Join(cells, "\n") != strings.Join(rows[i], "\n") {
			t.Errorf("row %d differs:\n%q\n%q", i, cells, rows[i])
		}
	}
	for i, name := range rows[0] {
		if columns[i].kind != list {
			continue
		}
		for _, row := range rows[1:] {
			if row[i] != "" && !json.Valid([]byte(row[i])) {
				t.Errorf("%s is no JSON: %s", name, row[i])
			}
		}
	}
	for _, name := range []string{"client_ip", "fin_client_frame", "zeek_conn_state", "half_closed_bound", "states_server", "app_alerts"} {
		if !strings.Contains(","+strings.Join(rows[0], ",")+",", ","+name+",") {
			t.Errorf("no column %s", name)
		}
	}
}

func TestNothingGivesWholeDocuments(t *testing.T) {
	for name, want := range map[string]string{"json": "[]\n", "jsonl": "", "csv": "schema,", "tsv": "schema\t", "zeek": "#separator", "table": ""} {
		var out bytes.Buffer
		if err := Find(Records, name).New(&out, Style{}).Close(new(model.Summary)); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(out.String(), want) || want == "" && out.Len() > 0 {
			t.Errorf("%s: %q", name, out.String())
		}
	}
}

// order notes the streams that it is handed.
type order struct {
	recordsOnly
	got []string
}

func (o *order) Record(r *model.Record) error {
	o.got = append(o.got, fmt.Sprint(r.File, r.Stream, r.Ended.String()))
	return nil
}

func TestSortGoesThroughAFileWhenThereAreMany(t *testing.T) {
	for _, limit := range []int{1, 3000, 50000, sortMemory} {
		o := new(order)
		s := &sorter{next: o, limit: limit}
		var want []string
		for _, file := range []string{"b", "a"} {
			for i := range 300 {
				r := model.Record{File: file, Stream: uint32(i*7%300) / 2, Ended: conn.EndClosed + conn.End(i*7%300%2)}
				if err := s.Record(&r); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 150 {
				first := i * 2 * 43 % 300 // where i*2 stands; its twin elsewhere
				second := (i*2 + 1) * 43 % 300
				twins := []string{"closed", "reset"}
				if second < first {
					twins = []string{"reset", "closed"}
				}
				for _, twin := range twins {
					want = append(want, fmt.Sprint(file, i, twin))
				}
			}
			if err := s.File(&model.FileInfo{File: file}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(new(model.Summary)); err != nil {
			t.Fatal(err)
		}
		if strings.Join(o.got, " ") != strings.Join(want, " ") {
			t.Errorf("limit %d: %.300q", limit, o.got)
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
			h := format.New(&out, Style{})
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
