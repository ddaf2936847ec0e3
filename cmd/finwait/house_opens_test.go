package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ways are all functions of the program that hand a file name to the system: who names
// the file, and what becomes of a link. What was found, and not named on the command
// line, may be a stranger's.
var ways = map[string]string{
	"cmd/internal/cli readSmall os.Open":                "named: --config, --baseline; links are followed. Found: readFound looks first",
	"cmd/internal/cli isFound os.Lstat":                 "found: golden records, finwait.yaml under check; a link is an error",
	"cmd/internal/cli findConfig os.Lstat":              "found: finwait.yaml; a link is an error under check",
	"cmd/internal/cli findConfig os.Stat":               "found: finwait.yaml; elsewhere a link is followed for reading",
	"cmd/internal/cli openOutput filepath.EvalSymlinks": "named: -o, --junit, --sarif, -w; what a link points to is replaced. Found: check --update, after isFound",
	"cmd/internal/cli openOutput os.Stat":               "named, as above",
	"cmd/internal/cli openOutput os.OpenFile":           "named, as above; the file itself has a new name until it is complete",
	"cmd/internal/cli finish os.Rename":                 "the new name becomes the one that was named",
	"cmd/internal/cli finish os.Remove":                 "the new name, where the output is incomplete",
	"cmd/internal/cli refuseOverwrite os.Stat":          "named outputs, compared with inputs, links followed",
	"cmd/internal/cli stat os.Stat":                     "inputs, compared with outputs, links followed",
	"cmd/internal/cli samePlace os.Stat":                "named outputs, compared with standard output",
	"cmd/internal/cli placeOf filepath.EvalSymlinks":    "named outputs, compared with each other",
	"cmd/internal/cli golden os.Stat":                   "found: the capture of a golden record; links are followed for reading",
	"cmd/internal/cli endless os.Stat":                  "found: what is named like a capture, so that no pipe is opened",
	"cmd/internal/cli findFixtures os.Stat":             "named: whether it is a directory",
	"cmd/internal/cli walk filepath.WalkDir":            "named: below a directory; links to directories are not followed",
	"cmd/internal/cli runsBelow os.Stat":                "named: whether it is a directory",
	"cmd/internal/cli storedBelow filepath.WalkDir":     "named: below a directory without captures; links to directories are not followed",
	"cmd/internal/cli leaveOutCopies os.Stat":           "captures, named or found: regular files only",
	"cmd/internal/cli sumOf os.Open":                    "captures, named or found: regular files only",
	"cmd/internal/cli isPath os.Lstat":                  "named: whether an argument is a path or a word",
	"cmd/internal/cli sizes os.Stat":                    "captures, for the progress",
	"analyzer/scratch New os.CreateTemp":                "nobody: standard input that is read twice, records that are sorted, what pair knows until the clocks are known",
	"analyzer/scratch New os.Remove":                    "nobody, as above",
	"analyzer/scratch Close os.Remove":                  "nobody, as above",
	"analyzer/report/records look os.Stat":              "inputs, named or found, that may be stored runs: regular files only, links are followed for reading",
	"analyzer/driver IsPipe os.Stat":                    "captures, named or found: whether they can be read once only",
	"analyzer/driver Read os.Open":                      "captures, where all descriptors are taken: opened again for each piece",
	"reassembly/capture Files os.Stat":                  "named: whether it is a directory",
	"reassembly/capture expand os.Lstat":                "named: whether it is a pattern that the shell left alone",
	"reassembly/capture expand filepath.Glob":           "named, as above",
	"reassembly/capture walk filepath.WalkDir":          "named: below a directory; links to directories are not followed",
	"reassembly/capture look os.Stat":                   "found: regular files only; links to them are followed for reading",
	"reassembly/capture openInput os.Open":              "captures, named or found",
}

// system are the functions of the standard library that take file names.
var system = []string{
	"os.Open", "os.OpenFile", "os.Create", "os.CreateTemp", "os.ReadFile", "os.WriteFile", "os.Stat", "os.Lstat", "os.ReadDir",
	"os.Readlink", "os.Rename", "os.Remove", "os.RemoveAll", "os.Mkdir", "os.MkdirAll", "os.MkdirTemp", "os.Symlink", "os.Link",
	"os.Truncate", "os.Chmod", "os.DirFS", "os.OpenRoot", "filepath.Walk", "filepath.WalkDir", "filepath.Glob", "filepath.EvalSymlinks",
}

// TestWaysToFiles holds the list to the code.
func TestWaysToFiles(t *testing.T) {
	seen := map[string]bool{}
	eachFile(t, func(file string, _ fs.FileInfo) {
		if path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "testdata/") || strings.HasSuffix(path.Dir(file), "test") || slices.Contains([]string{"reassembly/truth", "cmd/internal/mass", "cmd/internal/damage"}, path.Dir(file)) {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, 0)
		if err != nil {
			t.Error(err)
			return
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				pkg, ok := s.X.(*ast.Ident)
				if ok && slices.Contains(system, pkg.Name+"."+s.Sel.Name) {
					way := path.Dir(file) + " " + f.Name.Name + " " + pkg.Name + "." + s.Sel.Name
					seen[way] = true
					if ways[way] == "" {
						t.Errorf("%s: who names the file, and what becomes of a link? Add it to ways", way)
					}
				}
				return true
			})
		}
	})
	for way := range ways {
		if !seen[way] {
			t.Errorf("%s is no way any more", way)
		}
	}
}
