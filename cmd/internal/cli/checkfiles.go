package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"finwait/analyzer/check"
	"finwait/analyzer/config"
	"finwait/reassembly/capture"
)

// fixtures are what check looks at.
type fixtures struct {
	captures []string // also those that turn out to be none
	strays   []string // golden records without a capture
	empty    []empty
	skipped  []capture.Skipped
	problem  error // an argument that stands for no capture
}

// empty is an argument that stands for nothing to check.
type empty struct{ path, why string }

// findFixtures expands arguments. Beside the captures, which are told by
// content, it takes what is no capture but is named like one, or has a golden
// record: a fixture that broke must not go unnoticed.
func findFixtures(ctx context.Context, args []string) *fixtures {
	f := new(fixtures)
	var plain []string
	for _, arg := range args {
		switch base := filepath.Base(arg); {
		case strings.HasSuffix(base, check.Suffix):
			f.golden(arg)
		case base != config.Name:
			plain = append(plain, arg)
		}
	}
	for _, arg := range plain {
		before := len(f.captures) + len(f.strays)
		files, skipped, err := capture.Files(ctx, []string{arg})
		f.skipped = append(f.skipped, skipped...)
		f.captures = append(f.captures, files...)
		info, statErr := os.Stat(arg)
		isDir := statErr == nil && info.IsDir()
		if isDir {
			f.walk(ctx, arg)
		}
		nothing := len(f.captures)+len(f.strays) == before && ctx.Err() == nil
		switch {
		case isDir && nothing:
			f.empty = append(f.empty, empty{arg, "no capture below this directory"})
		case errors.Is(err, capture.ErrNotCapture) && nothing:
			f.empty = append(f.empty, empty{arg, "no capture matches this pattern"})
		case isDir: // what is in it is told
		case err != nil:
			f.problem = errors.Join(f.problem, err)
		}
	}
	f.captures, f.strays = distinct(f.captures), distinct(f.strays)
	f.skipped = slices.DeleteFunc(f.skipped, func(s capture.Skipped) bool {
		_, taken := slices.BinarySearch(f.captures, filepath.Clean(s.Path)) // it is judged as a fixture
		return taken
	})
	return f
}

// all returns the captures and their golden records.
func (f *fixtures) all() []string {
	all := slices.Concat(f.captures, f.strays)
	for _, path := range f.captures {
		all = append(all, path+check.Suffix)
	}
	return all
}

// golden takes in a golden record: its capture, or that it has none.
func (f *fixtures) golden(path string) {
	of := strings.TrimSuffix(path, check.Suffix)
	if _, err := os.Stat(of); err != nil || endless(of) {
		f.strays = append(f.strays, path)
		return
	}
	f.captures = append(f.captures, of)
}

func (f *fixtures) walk(ctx context.Context, dir string) {
	// The function returns no error of its own, hence neither does WalkDir; what cannot be
	// read is among the captures already.
	_ = filepath.WalkDir(dir+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return filepath.SkipAll
		case err != nil || d.IsDir():
		case strings.HasSuffix(path, check.Suffix):
			f.golden(path)
		case capture.NamedLike(path) && !endless(path):
			f.captures = append(f.captures, path)
		}
		return nil
	})
}

// endless reports whether a path is a pipe, a device or a socket, which a fixture is
// not. A link that leads nowhere is a fixture that broke.
func endless(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}

// distinct sorts paths and leaves out what is there twice.
func distinct(paths []string) []string {
	for i := range paths {
		if paths[i] != "-" {
			paths[i] = filepath.Clean(paths[i])
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
