package main

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
)

func init() {
	beam.RegisterDoFn(&aloneFn{})
	register.Emitter2[int, []byte]()
}

// Task is a capture that is analyzed by itself.
type Task struct {
	Index int // among all, from 0
	File  string
}

// aloneFn analyzes captures, each by itself: it writes the records of each and emits what
// the report needs, by group of captures.
type aloneFn struct {
	Settings Settings
}

func (f *aloneFn) ProcessElement(ctx context.Context, task Task, emit func(int, []byte)) error {
	part := Part{Index: task.Index}
	err := write(ctx, f.Settings.part(task.Index), func(w io.Writer) (err error) {
		o := f.Settings.options()
		o.Open, o.Jobs = opener(ctx, task.File), 1
		o.Problem = func(err error) { part.Problems = append(part.Problems, problemOf(err)) }
		worst := timeline.NewWorst(f.Settings.handler(w), false)
		part.Outcome, err = driver.Run(ctx, []string{task.File}, o, worst)
		if err == nil && part.Outcome.Interrupted {
			err = context.Cause(ctx)
		}
		part.Worst = worst.Worst
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", task.File, err)
	}
	text, err := part.encode()
	if err != nil {
		return err
	}
	emit(task.Index/groupSize, text)
	return nil
}

// options are those of the analysis.
func (s *Settings) options() driver.Options { return driver.Options{Config: s.Config} }

// handler writes records as it was asked for.
func (s *Settings) handler(w io.Writer) model.Handler {
	return report.Find(report.Records, s.Format).New(w, prose.Style{})
}
