package analyzertest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// Fixtures says how fixtures are run.
type Fixtures struct {
	// Judge adds findings to a record; nil adds none, and then the wants about
	// rules are left alone.
	Judge func(*model.Record, *conn.Conn)

	// Strict makes a finding that nobody wanted a failure.
	Strict bool
}

// Run runs every fixture that pattern matches as a subtest. That there are none
// is a failure.
func (f *Fixtures) Run(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures match %s (%v)", pattern, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pkt")
		t.Run(name, func(t *testing.T) {
			for _, problem := range f.Check(file) {
				t.Error(problem)
			}
		})
	}
}

// Check runs one fixture and says what is wrong, each with its place.
func (f *Fixtures) Check(file string) []string {
	s, err := load(file)
	if err != nil {
		return []string{err.Error()}
	}
	records, err := analyze(s, f.Judge)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", file, err)}
	}
	start := s.Start.Std().Format(time.RFC3339Nano)
	var problems []string
	var wanted []expectation
	for _, w := range s.Wants {
		e, err := understand(w)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s:%d: %v", file, w.Line, err))
			continue
		}
		if e.rule != "" || e.noRule {
			if f.Judge == nil {
				continue
			}
			wanted = append(wanted, e)
		}
		if wrong := e.check(records, start); wrong != "" {
			problems = append(problems, fmt.Sprintf("%s:%d: want %s\n\t%s", file, w.Line, w.Text, wrong))
		}
	}
	if len(s.Wants) == 0 {
		problems = append(problems, file+": it wants nothing, so it tests nothing")
	}
	if f.Strict {
		problems = append(problems, unwanted(file, records, wanted)...)
	}
	return problems
}

// unwanted lists the findings that no want asked for.
func unwanted(file string, records map[int64]object, wanted []expectation) []string {
	var out []string
	for stream, rec := range records {
		for _, finding := range findings(rec) {
			if !slices.ContainsFunc(wanted, func(e expectation) bool {
				return e.stream == stream && e.rule != "" && e.finds(finding)
			}) {
				out = append(out, fmt.Sprintf("%s: stream %d: nobody wanted %s", file, stream, titles([]object{finding})))
			}
		}
	}
	slices.Sort(out)
	return out
}
