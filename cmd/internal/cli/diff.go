package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/diff"
	"finwait/analyzer/driver"
	analyzer "finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/reassembly/capture"
)

func diffCommand() *command {
	return &command{
		name:  "diff",
		args:  "OLD NEW",
		short: "what changed between two captures, or two stored runs",
		long: `OLD and NEW are captures, directories of captures, or what flows --format jsonl or json
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
				if !inv.flags.Changed("format") {
					d.format.value = formatOf(d.path, d.format)
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

	config     *analyzer.Config
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
	stored, text, err := d.stored(arg)
	switch {
	case err != nil: // as if it were empty
		d.problem(err)
		return run, run.Close(new(analyzer.Summary))
	case stored != nil:
		defer stored.Close()
		if flag := d.packetsOnly(); flag != "" {
			return nil, &usageError{text: fmt.Sprintf("%s is a stored run, whose packets are gone: --%s cannot apply to it", report.Safe(arg), flag)}
		}
		return run, d.replay(arg, text, run)
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
	options.Stdin, options.Problem = text, d.problem
	options.Select = d.selector.filter()
	options.Config = d.config
	_, err = driver.Run(ctx, files, options, run)
	return run, err
}

// stored opens a stored run, which begins with a brace. Of what is a capture,
// or has to be opened as one, the closer is nil.
func (d *diffRun) stored(arg string) (io.Closer, io.Reader, error) {
	if arg == "-" {
		in := bufio.NewReader(driver.Interruptible(d.ctx, d.Stdin))
		if head, _ := in.Peek(1); isJSON(head) {
			return io.NopCloser(in), in, nil
		}
		return nil, in, nil
	}
	info, err := os.Stat(arg)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil, nil
	}
	f, err := os.Open(arg)
	if err != nil {
		return nil, nil, err
	}
	in := bufio.NewReader(f)
	head, _ := in.Peek(64)
	if isJSON(bytes.TrimSpace(head)) || info.Size() == 0 && strings.HasSuffix(arg, ".jsonl") {
		return f, in, nil
	}
	return nil, nil, f.Close()
}

// isJSON reports whether text begins as flows --format jsonl or json does, and no
// capture.
func isJSON(text []byte) bool {
	return bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("["))
}

// packetsOnly returns a flag that was given and says what to do with packets; "" where
// there is none.
func (d *diffRun) packetsOnly() (name string) {
	flags := []string{"filter", "after", "before", "idle", "max-connections", "join"}
	for i := range analyzer.Thresholds {
		flags = append(flags, analyzer.Thresholds[i].Name)
	}
	for _, f := range flags {
		if d.flags.Changed(f) {
			return f
		}
	}
	return ""
}

// replay reads a stored run. What was read before a mistake counts.
func (d *diffRun) replay(name string, in io.Reader, run *diff.Run) error {
	h := &replayed{run: run, selects: d.selector.filter(), config: d.config}
	err := report.Replay(name, in, h)
	if err != nil && d.selector.err == nil && d.ctx.Err() == nil {
		d.problem(err)
	}
	return run.Close(h.totals.Summary())
}

// replayed is the Handler of a stored run: it selects as an analysis does.
type replayed struct {
	run     *diff.Run
	selects func(*analyzer.Record) bool // nil for all
	config  *analyzer.Config
	totals  analyzer.Aggregate
}

func (h *replayed) Record(r *analyzer.Record) error {
	r.Findings = slices.DeleteFunc(r.Findings, func(f analyzer.Finding) bool {
		rule := findRule(f.Rule)
		return rule != nil && !h.config.Runs(rule)
	})
	if h.selects != nil && !h.selects(r) {
		return nil
	}
	h.totals.Add(r)
	return h.run.Record(r)
}

func (h *replayed) File(*analyzer.FileInfo) error { return nil }
func (h *replayed) Close(*analyzer.Summary) error { return nil }

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
