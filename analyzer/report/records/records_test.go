package records

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"finwait/analyzer/model"
	"finwait/analyzer/tally"
	"finwait/reassembly/conn"
)

// replayFile reads records that JSONL or JSON wrote, and hands them to h. What is damaged is
// left out; the first of it is the error then, and name is for that.
func replayFile(name string, in io.Reader, h model.Handler) error {
	var totals tally.Aggregate
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

func replayed(t testing.TB, h model.Handler) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "testdata", "mixed.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := replayFile("mixed.jsonl", f, h); err != nil {
		t.Fatal(err)
	}
}

// TestJSONLComesBack replays what JSONL wrote: it must write the same again.
func TestJSONLComesBack(t *testing.T) {
	var first, second bytes.Buffer
	replayed(t, JSONL(&first))
	if err := replayFile("first", bytes.NewReader(first.Bytes()), JSONL(&second)); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Error("a record changes on its way")
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
	replayed(t, CSV(&c))
	replayed(t, TSV(&v))
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
