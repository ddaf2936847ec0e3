package records

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/analyzer/parquet/parquettest"
)

// rows reads a Parquet file back, each row as JSON would have it.
func rows(t *testing.T, file []byte) (list []map[string]any) {
	t.Helper()
	f, err := parquettest.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range f.Rows {
		list = append(list, parquettest.Numbers(row).(map[string]any))
	}
	return list
}

// flatten makes of a JSON record what a row should hold: members of objects side
// by side, times in nanoseconds, what is missing null.
func flatten(dst map[string]any, prefix string, v any, top bool) {
	m, ok := v.(map[string]any)
	if !ok || !top {
		dst[prefix] = nested(v)
		return
	}
	for key, inner := range m {
		if prefix != "" {
			key = prefix + "_" + key
		}
		flatten(dst, key, inner, top)
	}
}

func nested(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = nested(v[key])
		}
	case []any:
		for i := range v {
			v[i] = nested(v[i])
		}
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return float64(at.UnixNano())
		}
	}
	return v
}

// equal compares what was read with what was written. A null object is as many
// null columns; a list that is null reads back empty.
func equal(got, want any) bool {
	switch g := got.(type) {
	case map[string]any:
		w, ok := want.(map[string]any)
		for key := range g {
			ok = ok && equal(g[key], w[key])
		}
		return ok
	case []any:
		w, _ := want.([]any)
		ok := len(g) == len(w)
		for i := range g {
			ok = ok && equal(g[i], w[i])
		}
		return ok
	}
	return reflect.DeepEqual(got, want)
}

func TestParquetHoldsWhatJSONLHolds(t *testing.T) {
	var lines, file bytes.Buffer
	replayed(t, JSONL(&lines))
	replayed(t, Parquet(&file))
	got := rows(t, file.Bytes())
	for line := range bytes.Lines(lines.Bytes()) {
		if len(got) == 0 {
			t.Fatal("too few rows")
		}
		var record any
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{}
		flatten(want, "", record, true)
		for name, v := range got[0] {
			if !equal(v, want[name]) {
				t.Errorf("%v: %s is %v, want %v", want["stream"], name, v, want[name])
			}
		}
		for name, v := range want {
			if _, known := got[0][name]; !known && v != nil {
				t.Errorf("no column %s for %v", name, v)
			}
		}
		got = got[1:]
	}
	if len(got) > 0 {
		t.Errorf("%d rows too many", len(got))
	}
}

func TestParquetSchema(t *testing.T) {
	var file bytes.Buffer
	replayed(t, Parquet(&file))
	f, err := parquettest.Read(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"required int64 first_time (TIMESTAMP utc=true nanos=true)",
		"optional int64 fin_client_ack_time (TIMESTAMP utc=true nanos=true)",
		"required int64 stream (INT64)",
		"required binary client_ip (STRING)",
		"optional double half_closed_s",
		"required group states_client (LIST)",
		"optional group vlan (LIST)",
		"required group findings (LIST)",
		"required group frames (LIST)",
	} {
		if !strings.Contains(f.Schema, want) {
			t.Errorf("no %q in\n%s", want, f.Schema)
		}
	}
	if v := f.Meta["schema"]; v != model.Schema {
		t.Errorf("metadata name the schema %q", v)
	}
}

// A file of many records takes no more memory than one of a row group.
func TestParquetIsFlat(t *testing.T) {
	const rowGroup = 10_000
	records := 100_000
	if testing.Short() {
		records = 25_000
	}
	var sample *model.Record
	replayed(t, recordFunc(func(r *model.Record) error {
		if sample == nil || len(r.AppendJSON(nil)) > len(sample.AppendJSON(nil)) {
			sample = r.Clone()
		}
		return nil
	}))
	var size counter
	h := Parquet(&size)
	var atFirst, most uint64
	r := rand.New(rand.NewPCG(1, 2))
	for i := range records {
		sample.Stream, sample.CommunityID = uint32(i), fmt.Sprintf("1:%x", r.Uint64())
		sample.First.Frame, sample.Last.Frame = int64(i), int64(i+9)
		if err := h.Record(sample); err != nil {
			t.Fatal(err)
		}
		if i%rowGroup == rowGroup-1 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if most = max(most, m.HeapInuse); i < 2*rowGroup { // what the first leaves may or may not be freed yet
				atFirst = most
			}
		}
	}
	if err := h.Close(nil); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records in %d octets; heap %d MB after two row groups, %d MB at most", records, size, atFirst>>20, most>>20)
	if most > atFirst+32<<20 {
		t.Errorf("the heap grew from %d to %d MB", atFirst>>20, most>>20)
	}
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// recordFunc is a Handler of records only.
type recordFunc func(*model.Record) error

func (f recordFunc) Record(r *model.Record) error { return f(r) }
func (recordFunc) File(*model.FileInfo) error     { return nil }
func (recordFunc) Close(*model.Summary) error     { return nil }
