package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"finwait/reassembly/capture"
)

// isRemote reports whether a name is of another file system than this machine's.
func isRemote(name string) bool { return strings.Contains(name, "://") }

// expand returns the captures that the arguments stand for: as finwait does it for the
// files of this machine, by pattern or prefix for others. What cannot be read is told
// by whoever reads it; an argument that stands for nothing is a problem, and stops nothing.
func expand(ctx context.Context, args []string) (files []string, problems []Problem, err error) {
	for _, arg := range args {
		var found []string
		var err error
		if isRemote(arg) {
			if found, err = listRemote(ctx, arg); err != nil {
				err = fmt.Errorf("%s: %w", arg, err)
			}
		} else {
			var skipped []capture.Skipped
			found, skipped, err = capture.Files(ctx, []string{arg})
			for _, s := range skipped {
				problems = append(problems, Problem{Text: fmt.Sprintf("%s is skipped: %s", s.Path, s.Why)})
			}
		}
		if err != nil {
			problems = append(problems, Problem{Text: err.Error(), Error: true})
		}
		files = append(files, found...)
	}
	if slices.Contains(files, "-") {
		return nil, nil, &usageError{"workers have no standard input to read"}
	}
	if len(files) == 0 {
		texts := []string{"--input names no capture"}
		for _, p := range problems {
			texts = append(texts, p.Text)
		}
		return nil, nil, &usageError{strings.Join(texts, "; ")}
	}
	return files, problems, nil
}

func listRemote(ctx context.Context, pattern string) ([]string, error) {
	if strings.HasSuffix(pattern, "/") {
		pattern += "*" // of Google's store also what is deeper is meant by **
	}
	if !strings.ContainsAny(pattern, "*?[") {
		return []string{pattern}, nil
	}
	fs, err := filesystem.New(ctx, pattern)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	files, err := fs.List(ctx, pattern)
	slices.Sort(files)
	return files, err
}

// opener returns what opens captures of other file systems; nil where there are none.
func opener(ctx context.Context, files ...string) func(string) (io.ReadCloser, error) {
	if !slices.ContainsFunc(files, isRemote) {
		return nil
	}
	return func(name string) (io.ReadCloser, error) {
		fs, err := filesystem.New(ctx, name)
		if err != nil {
			return nil, err
		}
		r, err := fs.OpenRead(ctx, name)
		if err != nil {
			return nil, errors.Join(err, fs.Close())
		}
		return &remote{r, fs}, nil
	}
}

// remote is an open file with its file system.
type remote struct {
	io.ReadCloser
	fs filesystem.Interface
}

func (r *remote) Close() error { return errors.Join(r.ReadCloser.Close(), r.fs.Close()) }

// write writes a file that appears when it is complete, or not at all: also where a
// worker fails amid it, and where it is written once more.
func write(ctx context.Context, name string, fill func(io.Writer) error) (err error) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fs.Close()) }()
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp() // what is not closed by then is not committed
	temporary, renamer := name, filesystem.Renamer(nil)
	if r, ok := fs.(filesystem.Renamer); ok && !isRemote(name) {
		temporary, renamer = name+".part", r
	}
	w, err := fs.OpenWrite(ctx, temporary)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		giveUp()
		return errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil || renamer == nil {
		return err
	}
	return renamer.Rename(ctx, temporary, name)
}
