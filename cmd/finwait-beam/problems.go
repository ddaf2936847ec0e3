package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"finwait/analyzer/driver"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/capture"
)

// Problem is what is wrong with a capture.
type Problem struct {
	Text  string `json:"text"`
	Error bool   `json:"error"` // it could not be read, or not to its end
}

func problemOf(err error) Problem {
	harmless := errors.Is(err, capture.ErrCutShort) || errors.Is(err, driver.ErrShared) || errors.Is(err, driver.ErrNoTime)
	return Problem{err.Error(), !harmless}
}

func writeProblems(w io.Writer, list []Problem) error {
	e := json.NewEncoder(w)
	for _, p := range list {
		if err := e.Encode(p); err != nil {
			return err
		}
	}
	return nil
}

// tell tells what was wrong with the arguments, and what a run wrote of its problems, and
// fails where captures could not be read.
func tell(ctx context.Context, before []Problem, name string, stderr io.Writer) error {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer fs.Close()
	r, err := fs.OpenRead(ctx, name)
	if err != nil {
		return err
	}
	defer r.Close()
	d := json.NewDecoder(bufio.NewReader(r))
	for unread := false; ; {
		var p Problem
		err := error(nil)
		if len(before) > 0 {
			p, before = before[0], before[1:]
		} else {
			err = d.Decode(&p)
		}
		switch {
		case errors.Is(err, io.EOF) && unread:
			return errUnread
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		kind := "warning: "
		if p.Error {
			kind, unread = "", true
		}
		fmt.Fprintf(stderr, "finwait-beam: %s%s\n", kind, prose.Safe(p.Text))
	}
}
