package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	analyzer "finwait/analyzer/model"
	"finwait/analyzer/pair"
	"finwait/analyzer/report"
	"finwait/reassembly/capture"
)

func pairCommand() *command {
	return &command{
		name:  "pair",
		args:  "A B",
		short: "two captures of the same traffic, one from each end: what became of each segment between them",
		long: `A and B were captured at the same time at two places, usually both hosts. Their clocks may differ:
by how much follows from the segments that are in both. Connections are found in both by addresses, ports
and sequence numbers; where addresses are translated in between, by what translation leaves alone.

What one capture holds and the other does not was lost on the way, or forged there, or not captured: a
segment that its receiver acknowledged did arrive. Nothing is called lost or forged outside the time that
both captures cover. A directory is one capture, of which its files are the parts.`,
		examples: []example{
			{"finwait pair client.pcap server.pcap", "network or host, and which direction?"},
			{"finwait pair --segments --format jsonl client.pcap server.pcap", "for a program: what became of each segment"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			var in inputFlags
			var out outputFlags
			var judge judgeFlags
			p := &pairRun{}
			out.add(fs, report.PairFormats, "text")
			fs.BoolVar(&p.segments, "segments", false, "in jsonl, what became of each segment behind each connection")
			in.addPackets(fs)
			judge.add(fs)
			return func(inv *invocation) (int, error) {
				if !inv.flags.Changed("format") {
					out.format.value = formatOf(out.path, out.format)
				}
				p.job = &job{invocation: inv, input: &in, output: &out, judge: &judge}
				return p.run()
			}
		},
	}
}

// pairRun is one run of pair.
type pairRun struct {
	*job
	segments bool
}

func (p *pairRun) run() (int, error) {
	if len(p.args) != 2 {
		return 0, &usageError{text: "pair takes two captures of the same traffic: A and B"}
	}
	if err := p.input.check(); err != nil {
		return 0, err
	}
	config, err := p.judge.load()
	if err != nil {
		return 0, err
	}
	var files [2][]string
	for i, arg := range p.args {
		paths, skipped, err := capture.Files(p.ctx, []string{arg})
		p.skipped(skipped, p.output.quiet)
		if err != nil {
			p.problem(err)
			return exitInput, nil
		}
		files[i] = paths
	}
	if err := p.refuseOverwrite(p.output.path, slices.Concat(files[0], files[1], p.judge.read)); err != nil {
		return 0, err
	}
	out, err := openOutput(p.output.path, p.Stdout)
	if err != nil {
		return 0, fmt.Errorf("output: %w", err)
	}
	options := p.input.options()
	options.Stdin, options.Problem, options.Config = p.Stdin, p.problem, config
	r, err := pair.Run(p.ctx, files[0], files[1], pair.Options{Driver: options, Segments: p.segments})
	if err != nil {
		return 0, errors.Join(err, out.finish(false))
	}
	found, err := report.WritePair(out, p.output.format.value, report.PairNames{A: p.args[0], B: p.args[1]}, r, p.output.style(out, p.Stdout))
	code := p.codeOf(r, &found)
	err = errors.Join(err, r.Close())
	if finishErr := out.finish(err == nil && code != exitInterrupted); err == nil {
		err = finishErr
	}
	return writeCode(code, err)
}

// codeOf is computed from what was read and found, whatever the format.
func (p *pairRun) codeOf(r *pair.Result, found *analyzer.Severities) int {
	code := exitOK
	if failOn := p.output.failOn.severity(); failOn != analyzer.NoSeverity && atLeast(found, failOn) {
		code = exitFindings
	}
	for _, o := range r.Outcomes {
		switch {
		case o == nil:
		case o.Interrupted:
			return exitInterrupted
		case o.Unreadable > 0, p.input.strict && o.CutShort > 0:
			code = exitInput
		}
	}
	return code
}

// atLeast reports whether there are findings of a severity or a graver one.
func atLeast(s *analyzer.Severities, least analyzer.Severity) bool {
	return s.Error > 0 || s.Warning > 0 && least <= analyzer.Warning || s.Info > 0 && least <= analyzer.Info
}
