package duckdb

import (
	"database/sql"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// finwait reads what DuckDB makes of its records, but for what DuckDB leaves out: it keeps
// times to the microsecond.
func TestReportOfWhatDuckDBWrote(t *testing.T) {
	dir := t.TempDir()
	finwait := filepath.Join(dir, "finwait")
	build := exec.Command("go", "build", "-o", finwait, "./cmd/finwait")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	captures, err := filepath.Glob(filepath.Join(root, "testdata/real/*.pcap"))
	if err != nil || len(captures) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	whole := filepath.Join(dir, "whole.parquet")
	if out, err := exec.Command(finwait, append([]string{"flows", "--quiet", "--no-config", "-o", whole}, captures...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	report := func(path string) (of map[string]any) {
		t.Helper()
		var problems strings.Builder
		command := exec.Command(finwait, "report", "--quiet", "--no-config", "--format", "json", path)
		command.Stderr = &problems
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v: %s", path, err, &problems)
		}
		if err := json.Unmarshal(out, &of); err != nil {
			t.Fatal(err)
		}
		return of
	}
	want := report(whole)
	for _, compression := range []string{"snappy", "zstd", "uncompressed"} {
		path := filepath.Join(dir, compression+".parquet")
		if _, err := db.Exec("COPY (SELECT * FROM '" + whole + "') TO '" + path + "' (FORMAT parquet, COMPRESSION " + compression + ")"); err != nil {
			t.Fatal(err)
		}
		got := report(path)
		for _, key := range []string{"connections", "close", "first_closer", "states", "severities"} {
			if !reflect.DeepEqual(got[key], want[key]) {
				t.Errorf("%s: %s is %v, want %v", compression, key, got[key], want[key])
			}
		}
		if n := len(want["timers"].([]any)); n == 0 || len(got["timers"].([]any)) != n {
			t.Errorf("%s: %d timers, want %d", compression, len(got["timers"].([]any)), n)
		}
	}
}
