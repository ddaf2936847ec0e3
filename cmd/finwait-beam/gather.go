package main

import (
	"context"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"finwait/analyzer/report"
)

func init() {
	beam.RegisterDoFn(&mergeFn{})
	beam.RegisterDoFn(&reportFn{})
	register.Iter1[[]byte]()
}

// groupSize is how many parts one worker merges.
const groupSize = 64

// gather merges parts, which have the numbers of their groups as keys, and writes the report.
func gather(s beam.Scope, settings Settings, parts beam.PCollection) {
	groups := beam.ParDo(s, &mergeFn{settings}, beam.GroupByKey(s, parts))
	beam.ParDo0(s, &reportFn{settings}, beam.GroupByKey(s, groups))
}

// mergeFn makes one part of a group.
type mergeFn struct{ Settings Settings }

func (f *mergeFn) ProcessElement(group int, values func(*[]byte) bool, emit func(int, []byte)) error {
	part, err := f.Settings.mergeAll(values)
	if err != nil {
		return err
	}
	part.Index = group
	text, err := part.encode()
	if err != nil {
		return err
	}
	emit(0, text)
	return nil
}

func (s *Settings) mergeAll(values func(*[]byte) bool) (*Part, error) {
	var parts []*Part
	var text []byte
	for values(&text) {
		p, err := decodePart(text)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return s.merge(parts), nil
}

// reportFn writes the report of all, and what could not be read.
type reportFn struct{ Settings Settings }

func (f *reportFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool) error {
	all, err := f.Settings.mergeAll(values)
	if err != nil {
		return err
	}
	summary := all.Outcome.Summary()
	summary.WorstMoment = all.Worst.Moment
	if err := write(ctx, f.Settings.report(), func(w io.Writer) error { return report.SummaryJSON(w).Close(summary) }); err != nil {
		return err
	}
	return write(ctx, f.Settings.problems(), func(w io.Writer) error { return writeProblems(w, all.Problems) })
}
