package duckdb

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// TestOthersReadTheSame has DuckDB and Apache Arrow read what finwait writes of all
// recorded captures and of three row groups, field by field as in JSON Lines.
func TestOthersReadTheSame(t *testing.T) {
	captures, err := filepath.Abs(filepath.Join(root, "testdata/real"))
	if err != nil {
		t.Fatal(err)
	}
	writeTables(t) // changes the directory
	for name, input := range map[string]string{"real": captures, "many": "many.pcap"} {
		for _, table := range []string{name + ".parquet", name + ".jsonl"} {
			runs(t, exec.Command("./finwait", "flows", "--where", "stream < 25000", "-o", table, input))
		}
		want := jsonRecords(t, name+".jsonl")
		for reader, read := range map[string]func(*testing.T, string) []map[string]any{"DuckDB": readDuckDB, "Arrow": readArrow} {
			got := read(t, name+".parquet")
			if len(got) != len(want) || len(want) == 0 {
				t.Fatalf("%s reads %d rows of %s, not %d", reader, len(got), name, len(want))
			}
			wrong := 0
			for i := range got {
				for column, v := range got[i] {
					if w := want[i][column]; !same(v, w) && wrong < 20 {
						wrong++
						t.Errorf("%s, %s row %d: %s is %v, want %v", reader, name, i, column, v, w)
					}
				}
			}
		}
	}
	bounds(t)
}

// bounds asks DuckDB what it can only answer right if the least and the greatest
// values of each row group are told right.
func bounds(t *testing.T) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, column := range []string{"first_frame", "client_ip", "half_closed_s", "last_time", "close", "quality_client_zero_window_s"} {
		one := ask(t, db, "SELECT count(*) FROM 'many.parquet' WHERE "+column+" = (SELECT max("+column+") FROM 'many.parquet')")
		all := ask(t, db, "SELECT count(*) FROM (SELECT * FROM 'many.parquet' ORDER BY stream LIMIT 1000000) WHERE "+column+" = (SELECT max("+column+") FROM 'many.parquet')")
		if !reflect.DeepEqual(one, all) || one[0] == "0" {
			t.Errorf("%s: %v rows have the greatest value by the bounds, %v by looking", column, one, all)
		}
	}
	stats := ask(t, db, "SELECT count(*) FROM parquet_metadata('many.parquet') WHERE stats_min_value IS NOT NULL AND path_in_schema = 'first_frame'")
	if stats[0] != "3" {
		t.Errorf("%s row groups tell their bounds, not 3", stats[0])
	}
}

// jsonRecords reads records with their members side by side, as columns are.
func jsonRecords(t *testing.T, path string) (list []map[string]any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := json.NewDecoder(bufio.NewReader(f)); in.More(); {
		record, row := map[string]any{}, map[string]any{}
		if err := in.Decode(&record); err != nil {
			t.Fatal(err)
		}
		flatten(row, "", record)
		list = append(list, row)
	}
	return list
}

func flatten(row map[string]any, prefix string, v any) {
	members, ok := v.(map[string]any)
	if !ok {
		row[prefix] = v
		return
	}
	for name, v := range members {
		if prefix != "" {
			name = prefix + "_" + name
		}
		flatten(row, name, v)
	}
}

// same compares a value of a table with that of a record. Where the record has null
// for an object, each of its columns is null.
func same(got, want any) bool {
	switch g := got.(type) {
	case map[string]any:
		w, _ := want.(map[string]any)
		for name := range g {
			if !same(g[name], w[name]) {
				return false
			}
		}
		return true
	case []any:
		w, _ := want.([]any)
		ok := len(g) == len(w)
		for i := range g {
			ok = ok && same(g[i], w[i])
		}
		return ok
	case string:
		w, _ := want.(string)
		a, okA := instant(g)
		b, okB := instant(w)
		// DuckDB's time with a zone has microseconds.
		return g == w || okA && okB && (a.Equal(b) || strings.Contains(g, " ") && a.Equal(b.Truncate(time.Microsecond)))
	}
	return reflect.DeepEqual(got, want)
}

// instant reads a time as finwait, DuckDB or Arrow writes it.
func instant(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999-07", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// readDuckDB reads a table with DuckDB.
func readDuckDB(t *testing.T, path string) (list []map[string]any) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT to_json(t)::VARCHAR FROM '" + path + "' t")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		row := map[string]any{}
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &row); err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// readArrow reads a table with the reader of Apache Arrow.
func readArrow(t *testing.T, path string) (list []map[string]any) {
	t.Helper()
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: 4096}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	records, err := r.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer records.Release()
	for records.Next() {
		text, err := records.RecordBatch().MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var rows []map[string]any
		in := json.NewDecoder(strings.NewReader(string(text)))
		if err := in.Decode(&rows); err != nil {
			t.Fatal(err)
		}
		list = append(list, rows...)
	}
	if err := records.Err(); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return list
}
