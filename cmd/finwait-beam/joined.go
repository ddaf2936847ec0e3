package main

import (
	"context"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"

	"finwait/analyzer/driver"
	"finwait/analyzer/report"
)

func init() {
	beam.RegisterDoFn(&joinedReportFn{})
}

// buildJoined adds what analyzes captures as one. They are read twice: once for what all
// workers are to know, and once to follow connections; captures that overlap in time are
// read once more.
func buildJoined(s beam.Scope, settings Settings, files []string) {
	names := files
	facts, logs := beam.ParDo2(s.Scope("Scan"), &scanFn{settings}, createTasks(s, files))
	overlaps := beam.ParDo(s.Scope("Overlaps"), &overlapFn{names}, beam.GroupByKey(s, facts))
	facts2, logs2 := beam.ParDo2(s.Scope("ScanOverlaps"), &scanUnitFn{settings, names}, beam.Reshuffle(s, overlaps))
	plan, ofFiles, units, none := beam.ParDo4(s.Scope("Plan"), &planFn{settings, names}, beam.CoGroupByKey(s, facts, facts2))

	withPlan := beam.SideInput{Input: plan}
	common, opened := beam.ParDo2(s.Scope("Numbers"), &numbersFn{}, beam.GroupByKey(s, beam.Flatten(s, logs, logs2)), withPlan)
	counts := beam.ParDo(s, &countFn{}, stats.SumPerKey(s, opened))
	bases := beam.ParDo(s.Scope("Bases"), &basesFn{}, beam.GroupByKey(s, beam.Flatten(s, counts, beam.ParDo(s, &countFn{}, beam.ParDo(s, &zeroFn{}, beam.Impulse(s))))))

	within, across := beam.ParDo2(s.Scope("Track"), &trackFn{settings, names}, beam.CoGroupByKey(s, units, common), withPlan, beam.SideInput{Input: bases})
	shared, records := beam.ParDo2(s.Scope("Shared"), &sharedFn{Settings: settings}, beam.GroupByKey(s, across), withPlan)
	wrote := beam.ParDo(s.Scope("Write"), &writeFn{settings}, beam.GroupByKey(s, records))

	groups := beam.ParDo(s.Scope("Merge"), &mergeFn{settings}, beam.GroupByKey(s, beam.Flatten(s, none, wrote, within, shared)))
	beam.ParDo0(s.Scope("Report"), &joinedReportFn{settings}, beam.GroupByKey(s, groups), beam.SideInput{Input: ofFiles})
}

// joinedReportFn writes the report of captures that are joined.
type joinedReportFn struct{ Settings Settings }

// ProcessElement merges what all connections add to what is known of the captures.
func (f *joinedReportFn) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool, ofFiles []byte) error {
	all, err := f.Settings.mergeAll(values)
	if err != nil {
		return err
	}
	files, err := decodeJSON[FilesPart](ofFiles)
	if err != nil {
		return err
	}
	vantage := all.Votes.Winner()
	for i, info := range files.Infos {
		info.Vantage = vantage
		all.Outcome.Totals.AddFile(info)
		all.Outcome.Totals.AddFileFindings(files.Findings[i])
	}
	problems := files.Problems
	if all.Shared > 0 {
		problems = append(problems, problemOf(driver.SharedProblem(files.Infos[0].File, all.Shared)))
	}
	summary := all.Outcome.Summary()
	if summary.WorstMoment, err = all.Moments.Worst(files.End); err != nil {
		return err
	}
	if err := write(ctx, f.Settings.report(), func(w io.Writer) error { return report.SummaryJSON(w).Close(summary) }); err != nil {
		return err
	}
	return write(ctx, f.Settings.problems(), func(w io.Writer) error { return writeProblems(w, problems) })
}
