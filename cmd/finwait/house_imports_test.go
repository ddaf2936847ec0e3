package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.." // of the module, seen from this package
	module = "finwait"
)

// floors are the rooms of the house from the top down. A package imports only
// what stands on a lower floor.
var floors = [][]string{
	{"cmd/finwait", "testdata/record", "testdata/record/oracle", "testdata/record/bench", "testdata/record/damage", "cmd/internal/mass", "testdata/duckdb", "testdata/monitoring", "testdata/browser", "cmd/finwait-beam"},
	{"cmd/internal/cli"},
	{"cmd/internal/anonymize", "analyzer/config"},
	{"cmd/internal/damage", "analyzer/check", "analyzer/diff"},
	{"analyzer/report", "analyzer/query"},
	{"analyzer/report/ladders", "analyzer/report/pairs", "analyzer/report/timelines"},
	{"analyzer/report/records"},
	{"analyzer/report/prose"},
	{"analyzer/ladder", "analyzer/pair", "analyzer/schema", "analyzer/timeline", "analyzer/report/page"},
	{"analyzer"},
	{"analyzer/driver", "analyzer/analyzertest"},
	{"analyzer/rules", "analyzer/internal/timers"},
	{"analyzer/tally"},
	{"analyzer/model"},
	{"analyzer/exchange"},
	{"reassembly/pktscript", "reassembly/traffic", "reassembly/truth"},
	{"reassembly", "reassembly/capture"}, // so that what follows connections needs no reader of files
	{"reassembly/conn"},
	{"reassembly/stream", "reassembly/zeek", "reassembly/segment/filter", "reassembly/payload"},
	{"reassembly/segment"},
	{"reassembly/internal/slab"},
	{"reassembly/frame", "reassembly/pipe", "reassembly/tcpstate", "reassembly/seqnum", "reassembly/checksum", "analyzer/parquet", "analyzer/parquet/parquettest", "analyzer/scratch", "analyzer/suggest"},
	{"reassembly/enum", "reassembly/codec"},
}

const yaml = "github.com/goccy/go-yaml"

// gates are the only packages that import a library, and those below it.
var gates = map[string]string{
	"github.com/spf13/pflag":            "cmd/internal/cli",
	"github.com/google/gopacket/pcapgo": "reassembly/capture",
	"github.com/expr-lang/expr":         "analyzer/query",
	yaml:                                "analyzer/config", // tests read workflows with it, too
	"github.com/itchyny/gojq":           "cmd/finwait",
	"github.com/duckdb/duckdb-go":       "testdata/duckdb", // a module of its own
	"github.com/apache/arrow-go":        "testdata/duckdb",
	"github.com/chromedp":               "testdata/browser", // likewise
	"github.com/apache/beam":            "cmd/finwait-beam", // likewise
}

// floor returns the floor of a package; it counts from the top.
func floor(pkg string) (int, bool) {
	for i, rooms := range floors {
		for _, room := range rooms {
			if pkg == room {
				return i, true
			}
		}
	}
	return 0, false
}

func TestImportsPointDown(t *testing.T) {
	eachFile(t, func(file string, _ fs.FileInfo) {
		if path.Ext(file) != ".go" {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			return
		}
		pkg := path.Dir(file)
		from, known := floor(pkg)
		if !known {
			t.Errorf("%s: package %s has no floor in house_imports_test.go", file, pkg)
			return
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Error(err)
				continue
			}
			for library, gate := range gates {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && pkg != gate && !(library == yaml && strings.HasSuffix(file, "_test.go")) {
					t.Errorf("%s imports %s: only %s may", file, library, gate)
				}
			}
			own, ok := strings.CutPrefix(imported, module+"/")
			if !ok || own == pkg || strings.HasSuffix(file, "_test.go") {
				continue
			}
			if to, known := floor(own); !known || to <= from {
				t.Errorf("%s imports %s, which does not stand below it", file, own)
			}
		}
	})
}

func TestTopLevel(t *testing.T) {
	allowed := map[string]bool{
		"cmd": true, "analyzer": true, "reassembly": true, "testdata": true,
		"go.mod": true, "go.sum": true, "README.md": true,
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); !allowed[name] && name[0] != '.' && !ignored(name) {
			t.Errorf("%s does not belong at the top level", name)
		}
	}
}

// ignored reports whether .gitignore leaves a file out: what builds leave behind.
func ignored(file string) bool {
	switch path.Ext(file) {
	case ".test", ".prof":
		return true
	}
	return file == "finwait" || strings.HasPrefix(file, "testdata/record/out/") || strings.HasPrefix(file, ".release/")
}

// eachFile calls f with every file of the module, its path relative to the root.
func eachFile(t *testing.T, f func(file string, info fs.FileInfo)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir() && (rel == ".git" || rel == "testdata/record/out"):
			return filepath.SkipDir
		case !d.Type().IsRegular() || ignored(rel):
			return nil
		}
		info, err := d.Info()
		if err == nil {
			f(rel, info)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
