package cli

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"finwait/analyzer/check"
	"finwait/reassembly/capture"
)

// fixtures are what check looks at.
type fixtures struct {
	captures []string // also those that turn out to be none
	strays   []string // golden records without a capture
	problem  error    // an argument that stands for no capture
}

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
		case base != configName:
			plain = append(plain, arg)
		}
	}
	if len(plain) > 0 {
		var files []string
		files, f.problem = capture.Files(ctx, plain)
		f.captures = append(f.captures, files...)
	}
	for _, arg := range plain {
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			f.walk(ctx, arg)
		}
	}
	f.captures, f.strays = distinct(f.captures), distinct(f.strays)
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
	if _, err := os.Stat(of); err != nil {
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
		case namedLikeCapture(path):
			f.captures = append(f.captures, path)
		}
		return nil
	})
}

// namedLikeCapture reports whether a name promises a capture.
func namedLikeCapture(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	for _, ext := range []string{".gz", ".zst", ".lz4", ".xz", ".bz2"} {
		name = strings.TrimSuffix(name, ext)
	}
	return slices.Contains([]string{".pcap", ".pcapng", ".cap"}, filepath.Ext(name))
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
