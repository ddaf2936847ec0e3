package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/pflag"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/capture"
)

// outputFlags say how results are written, and which make the run fail.
type outputFlags struct {
	format, color, failOn choice
	path                  string
	quiet, noProgress     bool
	width                 columns
}

func (f *outputFlags) add(fs *pflag.FlagSet, formats []string, fallback string) {
	f.format = choice{"format", fallback, formats}
	fs.VarP(&f.format, "format", "f", "how the results are written")
	fs.StringVarP(&f.path, "output", "o", "", "write to `FILE`, which appears only when it is complete")
	f.addFailOn(fs)
	f.addColor(fs)
	f.addQuiet(fs)
}

func (f *outputFlags) addQuiet(fs *pflag.FlagSet) {
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no warnings and no progress, only errors")
	addProgress(fs, &f.noProgress)
}

// silent reports whether progress is not wanted.
func (f *outputFlags) silent() bool { return f.quiet || f.noProgress }

func (f *outputFlags) addFailOn(fs *pflag.FlagSet) {
	f.failOn = severityChoice("none")
	fs.Var(&f.failOn, "fail-on", "the least severity of a finding that makes the exit code 1")
}

func (f *outputFlags) addColor(fs *pflag.FlagSet) {
	f.color = choice{"colour mode", "auto", []string{"auto", "always", "never"}}
	fs.Var(&f.color, "color", "colours: auto is on a terminal, unless NO_COLOR is set")
	fs.Var(&f.width, "width", "lay text out `N` columns wide, 60 at least; 0 is as wide as COLUMNS says or the terminal is")
}

// style returns how results look on o.
func (f *outputFlags) style(o *output, stdout io.Writer) prose.Style {
	color := f.color.value == "always" ||
		f.color.value == "auto" && o.tty && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return prose.Style{Color: color, Width: f.width.of(o.width(stdout))}
}

// job is an analysis as the command line asked for it.
type job struct {
	*invocation
	input    *inputFlags
	output   *outputFlags
	judge    *judgeFlags
	selector *selector

	by         *choice          // what the summary tells apart; nil for nothing
	brief      bool             // the handler reads no records
	began      func(model.Time) // as in driver.Options
	unjudged   bool             // the handler reads no findings
	summary    bool             // the handler takes a summary, also of stored runs
	stored     map[string]bool  // which of the captures are stored runs
	unreadable bool             // some argument stands for no capture
	config     *model.Config    // set before the handler is made
	captures   []string         // what the arguments stand for; set before the handler is made
}

// run analyzes the named captures and writes them through a handler that
// newHandler makes.
func (j *job) run(newHandler func(io.Writer, prose.Style) (model.Handler, error)) (int, error) {
	if err := j.input.check(); err != nil {
		return 0, err
	}
	config, err := j.judge.load()
	if err != nil {
		return 0, err
	}
	files, err := j.files()
	if err != nil {
		return 0, err
	}
	if j.by != nil && !j.input.join {
		note := ""
		if files, note = leaveOutCopies(files, j.args); note != "" && !j.output.quiet {
			j.errorf("finwait: note: %s\n", note)
		}
	}
	if err := j.findStored(files); err != nil {
		return 0, err
	}
	j.config, j.captures = config, files
	out, err := openOutput(j.output.path, j.Stdout)
	if err != nil {
		return 0, fmt.Errorf("output: %w", err)
	}
	style := j.output.style(out, j.Stdout)
	style.Warned = out.tty && isTerminal(j.Stderr) && !j.output.quiet
	progress := j.progress(j.onlyCaptures(files), j.output.silent(), out)
	defer progress.end()
	handler, err := newHandler(out, style)
	if err != nil {
		return 0, errors.Join(err, out.finish(false))
	}
	ctx, stop := context.WithCancel(j.ctx)
	defer stop()
	j.selector = newSelector(j.input)
	j.selector.stop = stop
	options := j.driverOptions()
	options.Meter = progress.of()
	if options.Select != nil {
		handler = &deferredHandler{Handler: handler, wrong: func() bool { return j.selector.problem() != nil }}
	}
	outcome, err := j.analyze(ctx, files, options, handler)
	progress.end()
	code := j.exitCode(outcome)
	if finishErr := out.finish(err == nil && outcome.Read && code != exitUsage && code != exitInterrupted); err == nil {
		err = finishErr
	}
	if code == exitUsage && err == nil {
		return 0, j.selector.problem()
	}
	return writeCode(code, err)
}

// driverOptions returns how captures are read and judged, as far as flags and the handler's
// needs say it. The selector and the configuration are set before.
func (j *job) driverOptions() driver.Options {
	o := j.input.options()
	o.Stdin, o.Problem, o.Began = j.Stdin, j.problem, j.began
	o.Select, o.Config = j.selector.filter(), j.config
	if j.by != nil {
		o.By = j.by.value
	}
	conditions := len(j.input.where.list) > 0 // they may ask for anything
	o.SkipViews = j.brief && !conditions
	if j.unjudged && j.output.failOn.value == "none" && !conditions {
		o.Rules = []*model.Rule{}
	}
	return o
}

// exitCode is computed before any format is considered. 3 beats 2 beats 1: a
// stream may be missing because its file could not be read.
func (j *job) exitCode(outcome *driver.Outcome) int {
	failOn := j.output.failOn.severity()
	switch {
	case j.selector.err != nil:
		return exitUsage
	case outcome.Interrupted:
		return exitInterrupted
	case j.unreadable, outcome.Unreadable > 0, j.input.strict && outcome.CutShort > 0:
		return exitInput
	case j.selector.problem() != nil:
		return exitUsage
	case failOn != model.NoSeverity && outcome.Totals.Count(failOn) > 0:
		return exitFindings
	}
	return exitOK
}

// files returns the captures that the arguments stand for.
func (j *job) files() ([]string, error) {
	if len(j.args) == 0 {
		return nil, &usageError{text: "which capture? Name a file, a directory, or - for standard input"}
	}
	files, skipped, err := capture.Files(j.ctx, j.args)
	if err != nil && j.summary {
		if args := runsBelow(j.ctx, j.args); args != nil {
			files, skipped, err = capture.Files(j.ctx, args)
		}
	}
	j.skipped(skipped, j.output.quiet)
	if err != nil { // a directory without captures; the others are read
		j.problem(err)
		j.unreadable = true
	}
	if n := len(slices.DeleteFunc(slices.Clone(files), func(f string) bool { return f != "-" })); n > 1 {
		return nil, &usageError{text: "standard input (-) can be read only once"}
	}
	return files, j.refuseOverwrite(j.output.path, slices.Concat(files, j.judge.read))
}

// skipped names what directories hold and nobody reads. Of many it names some: /dev is
// a directory, too.
func (c Command) skipped(list []capture.Skipped, quiet bool) {
	const most = 20
	for i, s := range list {
		switch {
		case quiet:
			return
		case i == most && len(list) > most+1:
			c.errorf("finwait: warning: %d more are skipped\n", len(list)-most)
			return
		}
		c.errorf("finwait: warning: %s is skipped: %s\n", prose.Safe(s.Path), s.Why)
	}
}

// twice is files for a command that reads them twice.
func (j *job) twice() ([]string, error) {
	files, err := j.files()
	for _, file := range files {
		if file != "-" && driver.IsPipe(file) {
			return nil, &usageError{text: fmt.Sprintf("%s can be read only once, and %s reads twice: give it as standard input (-)", prose.Safe(file), j.flags.Name())}
		}
	}
	return files, err
}

// problem tells what is wrong with an input. Names in it come from the input.
func (j *job) problem(err error) {
	if errors.Is(err, capture.ErrRecords) {
		err = fmt.Errorf("%w; only report and diff read those", err)
	}
	switch isNone := errors.Is(err, driver.ErrShared) || errors.Is(err, driver.ErrNoTime); {
	case isNone && !j.output.quiet:
		j.errorf("finwait: warning: %s\n", lines(err))
	case isNone:
	case !errors.Is(err, capture.ErrCutShort) || j.input.strict:
		j.errorf("finwait: %s\n", lines(err))
	case !j.output.quiet:
		j.errorf("finwait: warning: %s\n", lines(err))
	}
}
