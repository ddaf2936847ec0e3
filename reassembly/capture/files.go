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
	"syscall"
)

// Skipped is what a directory holds and Files leaves out, though it may have been meant.
type Skipped struct {
	Path string
	Why  string // "a named pipe"
}

// Files expands the arguments of a command line into paths for Open.
//
// A directory stands for every capture below it, told by content and sorted by
// path; other files there are skipped in silence, unless their names promise captures.
// What is no regular file is skipped, too, and a link to a directory is not followed. A
// pattern that the shell left alone is expanded; what it finds and is neither a regular
// file nor a directory is skipped as well.
// Everything else stays as it is, also what does not exist or is no capture, so
// that Open reports it; so do entries of a directory that cannot be read.
//
// A directory without captures is an error, which wraps ErrNotCapture; the paths
// are valid all the same. When ctx ends, directories are not searched any further.
func Files(ctx context.Context, args []string) (paths []string, skipped []Skipped, err error) {
	var errs []error
	for _, arg := range args {
		before, left := len(paths), false
		for _, path := range expand(arg) {
			st, err := os.Stat(path)
			switch {
			case path == "-" || err != nil:
				paths = append(paths, path)
			case st.IsDir():
				below, not := walk(ctx, path+string(filepath.Separator)) // through a link, if it is one
				if len(below) == 0 && ctx.Err() == nil {
					errs = append(errs, fmt.Errorf("%s: %w", path, errNone))
				}
				paths, skipped = append(paths, below...), append(skipped, not...)
			case path != arg && !st.Mode().IsRegular(): // found and not named: a pipe would wait
				skipped, left = append(skipped, Skipped{path, notRegular(st.Mode())}), true
			default:
				paths = append(paths, path)
			}
		}
		if left && len(paths) == before {
			errs = append(errs, fmt.Errorf("%s: %w", arg, errNoFile))
		}
	}
	return paths, skipped, errors.Join(errs...)
}

var errNoFile = fmt.Errorf("%w: no regular file matches this pattern", ErrNotCapture)

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

// walk returns the captures below dir with what cannot be read there, and what is left out.
func walk(ctx context.Context, dir string) (paths []string, skipped []Skipped) {
	// The function returns no error of its own, hence neither does WalkDir.
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return filepath.SkipAll
		case err != nil:
			paths = append(paths, path)
		case d.Type().IsDir():
		default:
			switch why, isCapture := look(path, d.Type()); {
			case isCapture:
				paths = append(paths, path)
			case why != "":
				skipped = append(skipped, Skipped{path, why})
			}
		}
		return nil
	})
	slices.Sort(paths)
	return paths, skipped
}

// look reports whether the entry of a directory is to be read as a capture, and else why
// not, where that is worth a word. It opens nothing but regular files: a pipe would wait.
func look(path string, entry fs.FileMode) (why string, isCapture bool) {
	st, err := os.Stat(path) // of what a link leads to
	switch {
	case err == nil && st.Mode().IsRegular():
		return lookInto(path)
	case err == nil:
		return notRegular(st.Mode()), false
	case entry&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist):
		return "a link that leads nowhere", false
	case entry&fs.ModeSymlink != 0 && errors.Is(err, syscall.ELOOP):
		return "a circle of links", false
	}
	return "", true // Open says what is wrong
}

// notRegular names a kind of file.
func notRegular(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a link to a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// lookInto is look for a regular file. What cannot be read is taken for a capture, and so
// is what is damaged before it shows its content, if it is named like one.
func lookInto(path string) (why string, isCapture bool) {
	in, err := openInput(path, nil)
	if err != nil {
		return "", true
	}
	defer in.Close()
	br, err := in.plain()
	if err == nil {
		_, err = sniff(br)
	}
	var unread *fs.PathError
	switch {
	case err == nil, errors.As(err, &unread):
		return "", true
	case !NamedLike(path):
		return "", false
	case errors.Is(err, ErrNotCapture):
		return err.Error(), false
	}
	return "", true
}

// NamedLike reports whether a name promises a capture.
func NamedLike(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	for _, ext := range []string{".gz", ".zst", ".lz4", ".xz", ".bz2"} {
		name = strings.TrimSuffix(name, ext)
	}
	return slices.Contains([]string{".pcap", ".pcapng", ".cap"}, filepath.Ext(name))
}
