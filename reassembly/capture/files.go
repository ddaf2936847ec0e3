package capture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Files expands the arguments of a command line into paths for Open.
//
// A directory stands for every capture below it, told by content and sorted by
// path; other files there are skipped in silence, and symbolic links to
// directories are not followed. A pattern that the shell left alone is expanded.
// Everything else stays as it is, also what does not exist or is no capture, so
// that Open reports it; so do entries of a directory that cannot be read.
//
// A directory without captures is an error, which wraps ErrNotCapture; the paths
// are valid all the same. When ctx ends, directories are not searched any further.
func Files(ctx context.Context, args []string) ([]string, error) {
	var paths []string
	var errs []error
	for _, arg := range args {
		for _, path := range expand(arg) {
			if st, err := os.Stat(path); path == "-" || err != nil || !st.IsDir() {
				paths = append(paths, path)
				continue
			}
			below := walk(ctx, path+string(filepath.Separator)) // through a link, if it is one
			if len(below) == 0 && ctx.Err() == nil {
				errs = append(errs, fmt.Errorf("%s: %w", path, errNone))
			}
			paths = append(paths, below...)
		}
	}
	return paths, errors.Join(errs...)
}

var errNone = fmt.Errorf("%w: no capture below this directory", ErrNotCapture)

// expand returns what a pattern matches, sorted, or arg itself if it exists, is
// no pattern, or matches nothing.
func expand(arg string) []string {
	if !strings.ContainsAny(arg, "*?[") {
		return []string{arg}
	}
	if _, err := os.Lstat(arg); err == nil {
		return []string{arg}
	}
	if paths, err := filepath.Glob(arg); err == nil && len(paths) > 0 {
		return paths
	}
	return []string{arg}
}

// walk returns the captures below dir, and what below dir cannot be read.
func walk(ctx context.Context, dir string) []string {
	var paths []string
	// The function returns no error of its own, hence neither does WalkDir.
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return filepath.SkipAll
		case err != nil:
			paths = append(paths, path)
		case d.Type().IsDir():
		default:
			// Stat follows a link to a file; a pipe must not be opened.
			st, err := os.Stat(path)
			if err == nil && st.Mode().IsRegular() && !isNotCapture(path) {
				paths = append(paths, path)
			}
		}
		return nil
	})
	slices.Sort(paths)
	return paths
}

// isNotCapture reports whether the file at path is known to hold no capture.
func isNotCapture(path string) bool {
	in, err := openInput(path, nil)
	if err != nil {
		return false
	}
	defer in.Close()
	br, err := in.plain()
	if err == nil {
		_, err = sniff(br)
	}
	return err != nil && !errors.Is(err, fs.ErrPermission)
}
