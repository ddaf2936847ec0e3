package cli

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"finwait/analyzer/check"
	"finwait/analyzer/config"
	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/rules"
	"finwait/reassembly"
	"finwait/reassembly/capture"
)

// checkRun is one run of check.
type checkRun struct {
	*invocation
	flags *checkFlags
	judge *judgeFlags
	out   *output
	bar   *progress

	configs map[string]*checkConfig // by directory
	inOrder []*checkConfig          // each once

	results    []*check.Result
	tally      check.Tally
	unreadable bool
}

// checkConfig is the configuration for the captures in a directory.
type checkConfig struct {
	analysis *model.Config
	check    *check.Config
	path     string
}

func allRules() []*model.Rule { return rules.All }

// fixtures returns what the arguments stand for.
func (c *checkRun) fixtures() (*fixtures, error) {
	if len(c.args) == 0 {
		return nil, &usageError{text: "what is to be checked? Name captures, or directories of captures"}
	}
	if slices.Contains(c.args, "-") {
		return nil, &usageError{text: "a golden record stands beside a file: standard input (-) has no place"}
	}
	c.args = slices.Clone(c.args)
	for i, arg := range c.args { // a configuration stands for what it is about
		if filepath.Base(arg) == config.Name && len(c.args) == 1 {
			c.args[i] = filepath.Dir(arg)
		}
	}
	found := findFixtures(c.ctx, c.args)
	if found.problem != nil {
		c.errorf("finwait: %s\n", lines(found.problem))
		c.unreadable = true
	}
	c.skipped(found.skipped, c.flags.quiet)
	return found, nil
}

// config returns the configuration for a capture.
func (c *checkRun) config(path string) (*checkConfig, error) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if c.judge.config != "" || c.judge.noConfig {
		dir = "" // one for all
	}
	if config := c.configs[dir]; config != nil {
		return config, nil
	}
	file, err := c.judge.file(dir)
	if err != nil {
		return nil, err
	}
	same := func(o *checkConfig) bool { return o.path == file }
	if i := slices.IndexFunc(c.inOrder, same); i >= 0 {
		c.configs[dir] = c.inOrder[i]
		return c.inOrder[i], nil
	}
	analysis, read, err := c.judge.loadAt(dir)
	if err != nil {
		return nil, err
	}
	config := &checkConfig{analysis: analysis, check: &check.Config{Dir: "."}, path: file}
	if read != nil {
		config.check = &read.Check
	}
	c.configs[dir] = config
	c.inOrder = append(c.inOrder, config)
	return config, nil
}

// covers reports whether all below a directory was looked at.
func (c *checkRun) covers(dir string) bool {
	return slices.ContainsFunc(c.args, func(arg string) bool { return check.Covers(arg, dir) })
}

// collector keeps the records of a capture.
type collector struct {
	records []*model.Record
	summary *model.Summary
}

func (c *collector) Record(r *model.Record) error {
	c.records = append(c.records, r.Clone())
	return nil
}

func (c *collector) File(*model.FileInfo) error { return nil }

func (c *collector) Close(s *model.Summary) error {
	c.summary = s
	return nil
}

// analyze reads one capture with its golden record. It may run beside others.
func (c *checkRun) analyze(to *reading) error {
	path, config := to.path, to.config
	in := &check.Capture{Path: path, Scope: to.scope}
	to.capture = in
	for _, r := range rules.All {
		if check.IsOfBehaviour(r.ID) && config.analysis.Runs(r) {
			in.Rules = append(in.Rules, r.ID)
		}
	}
	options := driver.Options{
		Config: config.analysis, Meter: c.bar.of(),
		Tracker: reassembly.Config{Idle: reassembly.DefaultIdle, MaxConnections: reassembly.DefaultMaxConnections},
		Problem: func(err error) {
			in.Cut = in.Cut || errors.Is(err, capture.ErrCutShort)
			switch {
			case !errors.Is(err, capture.ErrCutShort) || c.flags.strict:
				in.Problem = err
			case !c.flags.quiet:
				to.warnings = append(to.warnings, err)
			}
		},
	}
	selector, err := to.scope.Selector()
	if err != nil {
		return err
	}
	if selector != nil {
		options.Select = selector.Wants
		to.selector = selector
	}
	var got collector
	if _, err := driver.Run(c.ctx, []string{path}, options, &got); err != nil {
		return err
	}
	if selector != nil {
		if err := selector.Problem(); err != nil {
			return &usageError{text: err.Error(), hint: whereHint}
		}
		if warning := selector.Warning(path); warning != "" && !c.flags.quiet {
			to.warnings = append(to.warnings, errors.New(warning))
		}
	}
	in.Records, in.Summary = got.records, got.summary
	in.Golden, in.Unread = readFound(path+check.Suffix, check.GoldenLimit(len(in.Records)))
	return nil
}

// check checks one capture, and tells what it finds.
func (c *checkRun) check(checker *check.Checker, r *reading) error {
	path, in := r.path, r.capture
	if r.selector != nil {
		r.selector.Done()
	}
	res := checker.Check(in, r.config.check)
	if c.flags.update && res.Golden != nil && !bytes.Equal(res.Golden, in.Golden) {
		golden := path + check.Suffix
		if _, err := isFound(golden); err != nil { // a link is not followed
			return fmt.Errorf("golden record: %w", err)
		}
		if err := writeFile(golden, func(o *output) error { _, err := o.Write(res.Golden); return err }); err != nil {
			return fmt.Errorf("golden record: %w", err)
		}
		if !c.flags.quiet {
			if _, err := fmt.Fprintf(c.out, "wrote %s\n", prose.Safe(golden)); err != nil {
				return err
			}
		}
		in.Golden = res.Golden
		res = checker.Check(in, r.config.check)
	}
	return c.tell(res)
}

// tell writes down one result.
func (c *checkRun) tell(res *check.Result) error {
	for i := range res.Problems {
		if res.Problems[i].Kind == check.Unreadable {
			c.unreadable = true
		}
	}
	c.results = append(c.results, res)
	c.tally.Add(res)
	if err := check.WriteText(c.out, res); err != nil {
		return err
	}
	if c.flags.github {
		return check.WriteGitHub(c.out, res)
	}
	return nil
}

// learn prints assertions that hold now.
func (c *checkRun) learn() (int, error) {
	found, err := c.fixtures()
	if err != nil {
		return 0, err
	}
	c.bar = c.progress(found.captures, c.flags.quiet || c.flags.noProgress, nil)
	defer c.bar.end()
	var captures []*check.Capture
	var first *checkConfig
	for r := range c.readings(found.captures) {
		if r.err != nil {
			return 0, r.err
		}
		if first == nil {
			first = r.config
		}
		switch in := r.capture; {
		case in.Problem != nil:
			c.errorf("finwait: %s\n", lines(in.Problem))
			c.unreadable = true
		default:
			captures = append(captures, in)
		}
	}
	code := exitOK
	switch {
	case c.ctx.Err() != nil:
		code = exitInterrupted
	case c.unreadable:
		code = exitInput
	}
	if len(captures) == 0 {
		return code, nil
	}
	c.bar.end()
	out, err := openOutput("", c.Stdout)
	if err == nil {
		err = errors.Join(check.Learn(out, captures, first.check), out.finish(true))
	}
	return writeCode(code, err)
}

// asUsage returns the usage error that err is, or nil.
func asUsage(err error) error {
	if usage := (*usageError)(nil); errors.As(err, &usage) {
		return usage
	}
	return nil
}
