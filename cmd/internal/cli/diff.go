package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"finwait/analyzer/diff"
	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report/records"
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
	options := d.input.options()
	options.Problem, options.Select, options.Config = d.problem, d.selector.filter(), d.config
	isStored := false
	if arg == "-" {
		isStored, options.Stdin = d.standardInput()
	} else {
		isStored = records.IsStored(arg)
	}
	if isStored {
		if flag := d.packetsOnly(); flag != "" {
			return nil, gone(arg, flag)
		}
		return run, d.replay(ctx, arg, options, run)
	}
	files, skipped, err := capture.Files(ctx, []string{arg})
	d.skipped(skipped, d.quiet)
	if err != nil {
		d.problem(err)
	}
	progress := d.progress(files, d.quiet || d.hidden, nil)
	defer progress.end()
	options.Meter = progress.of()
	_, err = driver.Run(ctx, files, options, run)
	return run, err
}

// replay reads a stored run. One that cannot be read is as if it were empty.
func (d *diffRun) replay(ctx context.Context, arg string, options driver.Options, run *diff.Run) error {
	replay := driver.NewReplay(options, run)
	if stored, err := openStored(arg, options.Stdin); err != nil {
		d.problem(err)
	} else if err := replayed(ctx, stored, d.problem, replay.Record); err != nil {
		return err
	}
	outcome, err := replay.Finish()
	if err != nil {
		return err
	}
	return run.Close(outcome.Summary())
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
