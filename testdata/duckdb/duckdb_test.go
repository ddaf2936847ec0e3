package duckdb

import (
	"bufio"
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

const (
	root        = "../.."
	connections = 100_000
)

// flow is what the test needs of a record.
type flow struct {
	Server struct{ IP string }
	States struct {
		Client []struct {
			State, Bound string
			DurationS    float64 `json:"duration_s"`
		}
	}
	Findings []struct{ Rule string }
}

// answers are those to the queries of the README, as finwait's records give them.
var answers = []func([]flow) []string{longestWaits, rules, longestWaits}

// longestWaits returns for each server how many clients were in FIN-WAIT-2, and
// for how long at most; the longest first. How long one may have been at most is no wait.
func longestWaits(flows []flow) (rows []string) {
	number, longest := map[string]int{}, map[string]float64{}
	for _, f := range flows {
		for _, s := range f.States.Client {
			if s.State == "FIN-WAIT-2" && s.Bound != "at-most" {
				number[f.Server.IP]++
				longest[f.Server.IP] = max(longest[f.Server.IP], s.DurationS)
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(number), func(a, b string) int { return cmp.Compare(longest[b], longest[a]) })
	for _, ip := range order {
		rows = append(rows, fmt.Sprint(ip, " ", number[ip], " ", longest[ip]))
	}
	return rows
}

// rules returns how often each rule found something, the most frequent first.
func rules(flows []flow) (rows []string) {
	number := map[string]int{}
	for _, f := range flows {
		for _, of := range f.Findings {
			number[of.Rule]++
		}
	}
	for _, rule := range slices.SortedFunc(maps.Keys(number), func(a, b string) int { return number[b] - number[a] }) {
		rows = append(rows, fmt.Sprint(rule, " ", number[rule]))
	}
	return rows
}

// TestReadme asks DuckDB what the README asks it, of the tables that finwait
// writes of many connections.
func TestReadme(t *testing.T) {
	queries := readmeQueries(t)
	if len(queries) != len(answers) {
		t.Fatalf("README.md has %d queries, and there are %d answers", len(queries), len(answers))
	}
	flows := writeTables(t)
	if len(flows) != connections {
		t.Fatalf("%d records", len(flows))
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, query := range queries {
		got, want := ask(t, db, query), answers[i](flows)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s\nDuckDB says\n%s\nfinwait says\n%s", query, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// readmeQueries returns what stands behind duckdb -c.
func readmeQueries(t *testing.T) (list []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^duckdb -c "([^"]*)"$`).FindAllStringSubmatch(string(text), -1) {
		list = append(list, m[1])
	}
	return list
}

// writeTables makes flows.parquet and flows.jsonl in a directory that becomes the
// working directory, and returns the records.
func writeTables(t *testing.T) (flows []flow) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "finwait")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "./cmd/finwait")
	build.Dir = root
	runs(t, build)
	t.Chdir(dir)
	writeCapture(t, "many.pcap", connections)
	for _, table := range []string{"flows.parquet", "flows.jsonl"} {
		runs(t, exec.Command(program, "flows", "-o", table, "many.pcap"))
	}
	f, err := os.Open("flows.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := json.NewDecoder(bufio.NewReader(f)); in.More(); {
		var one flow
		if err := in.Decode(&one); err != nil {
			t.Fatal(err)
		}
		flows = append(flows, one)
	}
	return flows
}

func runs(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

// ask returns the rows of an answer, their cells apart by spaces.
func ask(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		words := make([]string, len(cells))
		for i, cell := range cells {
			words[i] = fmt.Sprint(cell)
		}
		list = append(list, strings.Join(words, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
