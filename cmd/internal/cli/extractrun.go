package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/cmd/internal/anonymize"
	"finwait/reassembly/capture"
)

// extractJob writes connections to a new capture. It reads the captures twice:
// first to find out which connections are wanted, for that is known when they have
// ended, then for their frames.
type extractJob struct {
	*job
	*extractFlags
	spool  *spool
	choice *driver.Choice
	notes  notes
	mask   anonymize.Mask
}

func (j *extractJob) run() (int, error) {
	if err := errors.Join(j.check(j.job), j.input.check()); err != nil {
		return 0, err
	}
	config, err := j.judge.load()
	if err != nil {
		return 0, err
	}
	files, err := j.twice()
	if err != nil {
		return 0, err
	}
	if j.mask.HeadersOnly = j.headersOnly; j.anonymize {
		if j.mask.Addresses, err = anonymize.NewAddresses(j.key); err != nil {
			return 0, err
		}
	}
	if slices.Contains(files, "-") {
		if j.spool, err = newSpool(j.Stdin); err != nil {
			return 0, fmt.Errorf("standard input cannot be kept: %w", err)
		}
		defer func() { _ = j.spool.file.Close() }() // a temporary file
	}
	out, err := openOutput(j.output.path, j.Stdout)
	if err != nil {
		return 0, fmt.Errorf("output: %w", err)
	}
	code, read, err := j.fill(out, files, config)
	keep := err == nil && read && code != exitUsage && code != exitInterrupted
	if finishErr := out.finish(keep); err == nil {
		err = finishErr
	}
	var failed *frameError
	switch {
	case errors.As(err, &failed):
		return 0, err
	case err == nil && code == exitUsage:
		return 0, j.selector.problem()
	}
	return writeCode(code, err)
}

// isFile reports whether the new capture appears only when it is complete.
func (j *extractJob) isFile() bool { return j.output.path != "-" }

// fill writes the new capture and returns the exit code, and whether anything was read.
func (j *extractJob) fill(out io.Writer, files []string, config *model.Config) (code int, read bool, err error) {
	outcome, err := j.choose(files, config)
	if err != nil {
		return 0, false, err
	}
	code, ctx := j.exitCode(outcome), j.ctx
	switch {
	case code == exitUsage, code == exitInterrupted && j.isFile():
		return code, outcome.Read, nil
	case code == exitInterrupted: // so much is read again, whatever the user's patience
		ctx = context.WithoutCancel(ctx)
	}
	if j.choice.Len() == 0 && outcome.Read && !j.output.quiet {
		j.errorf("finwait: warning: no connection was selected: there are no packets in %s\n", j.output.path)
	}
	var facts []string
	if outcome.HasPlain {
		facts = append(facts, capture.PlainComment(outcome.Plain))
	}
	if outcome.HasGaps {
		facts = append(facts, capture.GapComments(outcome.Gaps)...)
	}
	to := &extract{to: capture.NewNgWriter(out, facts...), job: j, files: files, ids: make([][]int, len(files))}
	progress := j.progress(files, j.output.silent(), nil)
	defer progress.end()
	options := j.options(config)
	options.Meter = progress.of()
	seen, err := driver.Extract(ctx, files, options, j.choice, j.again, to.frame)
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted, true, nil
	case err != nil:
		return 0, true, err
	}
	return code, outcome.Read, to.end(seen)
}

func (j *extractJob) options(config *model.Config) driver.Options {
	o := j.input.options()
	o.Stdin, o.Problem, o.Config = j.Stdin, j.problem, config
	if j.spool != nil {
		o.Stdin = j.spool
	}
	return o
}

// again returns standard input from its beginning.
func (j *extractJob) again() io.Reader {
	if j.spool == nil {
		return nil
	}
	return j.spool.file.Again()
}

// choose reads the captures for the connections that are asked for.
func (j *extractJob) choose(files []string, config *model.Config) (*driver.Outcome, error) {
	progress := j.progress(files, j.output.silent(), nil)
	defer progress.end()
	options := j.options(config)
	options.Meter = progress.of()
	ctx, stop := context.WithCancel(j.ctx)
	defer stop()
	j.selector = newSelector(j.input)
	j.selector.stop = stop
	j.choice = driver.NewChoice(j.input.join)
	j.notes = notes{joined: j.input.join, on: map[place][]note{}}
	options.Select = func(r *model.Record) bool {
		wanted := j.selector.wants(r)
		j.choice.Look(r, wanted)
		return wanted
	}
	return driver.Run(ctx, files, options, j)
}

// Record keeps what is to be said of a connection.
func (j *extractJob) Record(r *model.Record) error {
	if j.comments {
		j.notes.add(r)
	}
	return nil
}

// File takes what is known of a capture.
func (j *extractJob) File(f *model.FileInfo) error {
	j.choice.LookFile(f)
	return nil
}

// Close has nothing to do.
func (j *extractJob) Close(*model.Summary) error { return nil }
