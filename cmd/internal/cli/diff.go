package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"finwait/analyzer/diff"
	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/rules"
	"finwait/reassembly/capture"
)

func diffCommand() *command {
	return &command{
		name:  "diff",
		args:  "OLD NEW",
		short: "what changed between two captures, or two stored runs",
		long: `OLD and NEW are captures, directories of captures, or what flows --format jsonl, json or parquet
wrote. It shows side by side how connections were closed, who closed first, what was found, and
how long each side stayed in each state. They differ, and the exit code is 1, if one of the
counts does, or if a p90 moved by more than 20 % and 50 ms.`,
		examples: []example{
			{"finwait diff before.pcap after.pcap", "what a fix did"},
			{"finwait diff --where 'server.port == 443' before.pcap after.pcap", "to one service"},
			{"finwait diff --format html -o fix.html before.pcap after.pcap", "the same as a page, before and after side by side"},
			{"finwait diff monday.jsonl tuesday.jsonl --format markdown", "two stored runs, for a ticket"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			d := &diffRun{format: choice{"format", "text", diff.Formats}}
			fs.VarP(&d.format, "format", "f", "how the result is written")
			fs.StringVarP(&d.path, "output", "o", "", "write to `FILE`, which appears only when it is complete")
			fs.BoolVarP(&d.quiet, "quiet", "q", false, "no warnings and no progress, only errors")
			addProgress(fs, &d.hidden)
			d.input.add(fs)
			d.input.jobs.add(fs)
			d.judge.add(fs)
			return func(inv *invocation) (int, error) {
				d.invocation = inv
				if err := d.format.byName(inv, d.path); err != nil {
					return 0, err
				}
				return d.run()
			}
		},
	}
}

// diffRun is one run of diff.
type diffRun struct {
	*invocation
	input  inputFlags
	judge  judgeFlags
	format choice
	path   string
	quiet  bool
	hidden bool // no progress

	config     *model.Config
	selector   *selector
	unreadable bool
}

func (d *diffRun) run() (int, error) {
	if len(d.args) != 2 {
		return 0, &usageError{text: "diff takes two captures, or stored runs: OLD and NEW"}
	}
	if d.args[0] == "-" && d.args[1] == "-" {
		return 0, &usageError{text: "standard input (-) can be read only once"}
	}
	if err := d.input.check(); err != nil {
		return 0, err
	}
	var err error
	if d.config, err = d.judge.load(); err != nil {
		return 0, err
	}
	if err := d.refuseInputs(); err != nil {
		return 0, err
	}
	d.selector = newSelector(&d.input)
	var sides [2]*diff.Run
	for i, arg := range d.args {
		if sides[i], err = d.read(arg); err != nil {
			return 0, err
		}
	}
	interrupted := d.ctx.Err() != nil
	if problem := d.selector.problem(); problem != nil && (!d.unreadable && !interrupted || d.selector.err != nil) {
		return 0, problem
	}
	result := diff.Compare(sides[0], sides[1])
	out, err := openOutput(d.path, d.Stdout)
	if err != nil {
		return 0, fmt.Errorf("output: %w", err)
	}
	err = diff.Write(out, d.format.value, result)
	if finishErr := out.finish(err == nil && !interrupted); err == nil {
		err = finishErr
	}
	code := exitOK
	switch {
	case interrupted:
		code = exitInterrupted
	case d.unreadable:
		code = exitInput
	case result.Differs:
		code = exitFindings
	}
	return writeCode(code, err)
}

// refuseInputs refuses an output that would replace what is compared.
func (d *diffRun) refuseInputs() error {
	if d.path == "" {
		return nil // then nobody need walk the directories before they are read
	}
	files, _, _ := capture.Files(d.ctx, d.args) // what is wrong with them is told when they are read
	return d.refuseOverwrite(d.path, slices.Concat(files, d.args, d.judge.read))
}

// read takes in one side.
func (d *diffRun) read(arg string) (*diff.Run, error) {
	run := diff.NewRun(arg)
	ctx, stop := context.WithCancel(d.ctx)
	defer stop()
	d.selector.stop = stop
	in := d.standardInput()
	if stored, err := d.stored(arg, in); stored != nil || err != nil {
		if err != nil { // as if it were empty
			d.problem(err)
			return run, run.Close(new(model.Summary))
		}
		defer stored.Close()
		if flag := d.packetsOnly(); flag != "" {
			return nil, gone(arg, flag)
		}
		return run, d.replay(stored, run)
	}
	files, skipped, err := capture.Files(ctx, []string{arg})
	d.skipped(skipped, d.quiet)
	if err != nil {
		d.problem(err)
	}
	progress := d.progress(files, d.quiet || d.hidden, nil)
	defer progress.end()
	options := d.input.options()
	options.Meter = progress.of()
	options.Stdin, options.Problem = in, d.problem
	options.Select = d.selector.filter()
	options.Config = d.config
	_, err = driver.Run(ctx, files, options, run)
	return run, err
}

// stored opens a stored run; nil where a file is none.
func (d *diffRun) stored(arg string, in *bufio.Reader) (*report.Stored, error) {
	if arg != "-" {
		return report.OpenStored(arg)
	}
	if !report.BeginsStored(in) {
		return nil, nil
	}
	return report.StoredLines(arg, in), nil
}

// replay reads a stored run.
func (d *diffRun) replay(stored *report.Stored, run *diff.Run) error {
	h := &replayed{run: run, selects: d.selector.filter(), config: d.config}
	err := stored.Each(d.problem, func(r *model.Record) error {
		if d.ctx.Err() != nil || d.selector.err != nil {
			return errStopped
		}
		return h.Record(r)
	})
	if err != nil && !errors.Is(err, errStopped) {
		return err
	}
	return run.Close(h.totals.Summary())
}

// errStopped ends the reading of a stored run whose results nobody wants.
var errStopped = errors.New("stopped")

// replayed counts a stored run: it selects as an analysis does.
type replayed struct {
	run     *diff.Run
	selects func(*model.Record) bool // nil for all
	config  *model.Config
	totals  model.Aggregate
}

func (h *replayed) Record(r *model.Record) error {
	r.Findings = slices.DeleteFunc(r.Findings, func(f model.Finding) bool {
		rule := rules.Find(f.Rule)
		return rule != nil && !h.config.Runs(rule)
	})
	if h.selects != nil && !h.selects(r) {
		return nil
	}
	h.totals.Add(r)
	return h.run.Record(r)
}

// problem tells what is wrong with an input.
func (d *diffRun) problem(err error) {
	switch {
	case !errors.Is(err, capture.ErrCutShort) || d.input.strict:
		d.unreadable = true
		d.errorf("finwait: %s\n", lines(err))
	case !d.quiet:
		d.errorf("finwait: warning: %s\n", lines(err))
	}
}
