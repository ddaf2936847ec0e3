package cli

import (
	"fmt"

	"github.com/spf13/pflag"

	"finwait/analyzer/check"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
)

// checkFlags are the flags of check beside those that judge.
type checkFlags struct {
	update, learn, github, strict, quiet, noProgress bool
	baseline, junit, sarif                           string
	failOn                                           choice
	jobs                                             jobs
}

func (f *checkFlags) add(fs *pflag.FlagSet) {
	fs.BoolVar(&f.update, "update", false, "write the golden records that are missing or differ")
	fs.BoolVar(&f.learn, "learn", false, "print assertions that hold now, for finwait.yaml, and check nothing")
	fs.StringVar(&f.baseline, "baseline", "", "findings in `FILE` are known: what an earlier run wrote with --sarif, or flows --format jsonl")
	f.failOn = severityChoice("")
	fs.Var(&f.failOn, "fail-on", "findings from this severity on are failures, though the golden record has them; the default is none, or warning with --baseline")
	fs.StringVar(&f.junit, "junit", "", "write a JUnit report to `FILE`")
	fs.StringVar(&f.sarif, "sarif", "", "write SARIF 2.1.0 to `FILE`: all findings, those that are agreed on as suppressed")
	fs.BoolVar(&f.github, "github", false, "print annotations for GitHub Actions, too")
	fs.BoolVar(&f.strict, "strict", false, "a capture cut short in its last record is an error (exit code 3)")
	f.jobs.add(fs)
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no warnings, no summary and no progress, only what fails")
	addProgress(fs, &f.noProgress)
}

func checkCommand() *command {
	return &command{
		name:  "check",
		args:  "PATH...",
		short: "whether captures still show what was agreed on, for CI",
		long: `It looks at every capture below the paths. Beside name.pcap stands its golden record,
name.pcap.finwait.json: how each connection was closed and by whom, in which order each side
passed through its states, and what the rules found; no times and no addresses, so that a new
recording of the same behaviour gives the same record. Commit both. A capture without golden
record, a golden record without capture, and a capture that cannot be read are failures.

finwait.yaml, the nearest one upward from each capture, may hold rules and thresholds, and
- assertions, a list of {name, files, assert, message}: assert is an expression over flows,
findings, timers and file, such as 'all(flows, .close == "graceful")'; files is a pattern, and
without it the assertion is about every capture;
- ignore, a list of {rule, server, reason}: such findings count neither in golden records nor in
assertions. The reason is required, the server is not;
- select, a list of {files, where}: of these captures only the connections for which where holds are
checked, as if there were no others; see finwait help where. It stands in the file and not on the
command line because a golden record must mean the same to whoever compares with it.

Nothing is green by omission: an assertion or a select that is about no capture, an ignore or an
entry of the baseline that ignores nothing, an assertion about a rule or a value that there is not,
and paths without captures are failures. Where only a part of what finwait.yaml is about was named,
they are noted, as they are for a hook that names the files that changed.

SARIF tells of all findings, whether the check fails for them or not: those in a golden record, in
the baseline or ignored are suppressed, and the first two unchanged. GitHub's code scanning shows
suppressed ones, too: leave them out before the upload, as below.

Without --update nothing is written but what --junit and --sarif name. What is checked may be a
stranger's: links to finwait.yaml and to golden records are not followed, and expressions, patterns
and golden records that cost more than what they are about are failures.`,
		examples: []example{
			{"finwait check testdata/", "in CI"},
			{"finwait check --update testdata/", "after a change of behaviour that is meant; then look at the diff"},
			{"finwait check --learn testdata/ >> finwait.yaml", "assertions to begin with, for pruning"},
			{"finwait check --junit report.xml --sarif report.sarif --github testdata/", "with reports"},
			{"jq '.runs[].results |= map(select(.suppressions == null))' report.sarif > upload.sarif", "for code scanning: without what is agreed on"},
			{"finwait check --baseline known.sarif testdata/", "only findings that are not in known.sarif are failures"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			var flags checkFlags
			var judge judgeFlags
			flags.add(fs)
			judge.add(fs)
			return func(inv *invocation) (int, error) {
				judge.strange = true
				c := &checkRun{invocation: inv, flags: &flags, judge: &judge, configs: map[string]*checkConfig{}}
				if flags.learn {
					return c.learn()
				}
				return c.run()
			}
		},
	}
}

// checker prepares the check by the flags.
func (f *checkFlags) checker() (*check.Checker, error) {
	c := &check.Checker{FailOn: f.failOn.severity()}
	if f.baseline != "" {
		text, err := readSmall(f.baseline, check.BaselineLimit)
		if err == nil {
			c.Baseline, err = check.ReadBaseline(f.baseline, text)
		}
		if err != nil {
			return nil, &usageError{
				text: "--baseline: " + prose.Safe(err.Error()),
				hint: "To make one: finwait check --sarif " + prose.ShellWord(f.baseline) + " PATH...",
			}
		}
		if f.failOn.value == "" {
			c.FailOn = model.Warning
		}
	}
	return c, nil
}

// run checks every capture in its turn.
func (c *checkRun) run() (int, error) {
	checker, err := c.flags.checker()
	if err != nil {
		return 0, err
	}
	found, err := c.fixtures()
	if err != nil {
		return 0, err
	}
	if err := c.refuseInputs(found); err != nil {
		return 0, err
	}
	out, err := openOutput("", c.Stdout)
	if err != nil {
		return 0, err
	}
	c.out = out
	c.bar = c.progress(found.captures, c.flags.quiet || c.flags.noProgress, out)
	defer c.bar.end()
	checked := 0
	for r := range c.readings(found.captures) {
		if err = r.err; err == nil {
			err = c.check(checker, r)
		}
		if err != nil {
			break
		}
		checked++
	}
	for _, path := range found.strays {
		if err == nil {
			err = c.tell(check.Stray(path))
		}
	}
	if err == nil {
		err = c.judgeAgreement(checker, found, checked)
	}
	if err == nil {
		err = c.finish()
	}
	if flushErr := out.finish(true); err == nil {
		err = flushErr
	}
	if usage := asUsage(err); usage != nil {
		return 0, usage
	}
	return writeCode(c.exitCode(), err)
}

func (c *checkRun) exitCode() int {
	switch {
	case c.ctx.Err() != nil:
		return exitInterrupted
	case c.unreadable:
		return exitInput
	case c.tally.Failed > 0:
		return exitFindings
	}
	return exitOK
}

// finish writes the summary and the reports.
func (c *checkRun) finish() error {
	if !c.flags.quiet || c.tally.Failed > 0 {
		if _, err := fmt.Fprintln(c.out, c.tally.String()); err != nil {
			return err
		}
	}
	if c.flags.junit != "" {
		if err := writeFile(c.flags.junit, func(o *output) error { return check.WriteJUnit(o, c.results) }); err != nil {
			return fmt.Errorf("--junit: %w", err)
		}
	}
	if c.flags.sarif != "" {
		write := func(o *output) error {
			return check.WriteSARIF(o, allRules(), c.results, c.flags.baseline != "")
		}
		if err := writeFile(c.flags.sarif, write); err != nil {
			return fmt.Errorf("--sarif: %w", err)
		}
	}
	return nil
}

// writeFile writes a file that appears only when it is complete.
func writeFile(path string, write func(*output) error) error {
	o, err := openOutput(path, nil)
	if err != nil {
		return err
	}
	err = write(o)
	if finishErr := o.finish(err == nil); err == nil {
		err = finishErr
	}
	return err
}
