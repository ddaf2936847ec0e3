package cli

import (
	"errors"
	"fmt"

	"finwait/analyzer/model"
	"finwait/analyzer/pair"
	"finwait/analyzer/report/pairs"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/capture"
)

// drawPair draws the connection of a record with what another capture holds of it.
func (j *showJob) drawPair(files []string, of *model.Record, config *model.Config, code int) (int, error) {
	if j.pair == "-" || j.spool != nil {
		return 0, &usageError{text: "--pair reads both captures several times: name two files"}
	}
	others, skipped, err := capture.Files(j.ctx, []string{j.pair})
	j.skipped(skipped, j.output.quiet)
	if err != nil {
		return 0, err
	}
	if err := j.refuseOverwrite(j.output.path, others); err != nil {
		return 0, err
	}
	options := j.input.options()
	options.Config, options.Problem = config, j.problem
	r, err := pair.Run(j.ctx, files, others, pair.Options{Driver: options, Segments: true, Keep: func(f *pair.Flow) (bool, error) {
		return f.A != nil && f.A.Stream == of.Stream && f.A.First.Frame == of.First.Frame, nil
	}})
	switch {
	case errors.Is(err, pair.ErrUnreadable):
		return exitInput, nil
	case err != nil:
		return 0, err
	}
	out, err := openOutput(j.output.path, j.Stdout)
	if err != nil {
		return 0, errors.Join(err, r.Close())
	}
	drawn := 0
	err = r.Each(func(f *pair.Flow) error {
		drawn++
		names := pairs.Names{A: j.args[0], B: j.pair}
		return pairs.WriteLadder(out, j.output.format.value, names, r, f, j.output.style(out, j.Stdout), j.all)
	})
	err = errors.Join(err, r.Close())
	switch {
	case err == nil && drawn == 0:
		return 0, errors.Join(&usageError{text: fmt.Sprintf("nothing in %s is of the same hosts at the same time as stream %d", prose.Safe(j.pair), of.Stream)}, out.finish(false))
	case err == nil && pairCode(r, j.input.strict) != exitOK:
		code = pairCode(r, j.input.strict)
	}
	if finishErr := out.finish(err == nil); err == nil {
		err = finishErr
	}
	return writeCode(code, err)
}
