package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"finwait/analyzer/check"
	"finwait/analyzer/config"
	"finwait/analyzer/report/prose"
)

// judgeAgreement looks for what was to be checked and was not, and for what was agreed
// on and decides nothing: either would be green by omission.
func (c *checkRun) judgeAgreement(checker *check.Checker, found *fixtures, checked int) error {
	var results []*check.Result
	for _, of := range found.empty {
		results = append(results, check.NoCapture(of.path, of.why))
	}
	if len(found.captures)+len(found.strays)+len(found.empty) == 0 && found.problem == nil {
		results = append(results, check.NoCapture(strings.Join(c.args, " "), "no argument stands for a capture"))
	}
	if c.ctx.Err() != nil {
		results = append(results, check.Stopped(len(found.captures)-checked, len(found.captures)))
	}
	whole := !c.unreadable && c.ctx.Err() == nil
	for _, config := range c.inOrder {
		results = append(results, c.judgeConfig(config.check, whole)...)
	}
	results = append(results, c.judgeBaseline(checker.Baseline, whole)...)
	for _, r := range results {
		if len(r.Problems) == 0 {
			continue
		}
		if err := c.tell(r); err != nil {
			return err
		}
	}
	return nil
}

// judgeConfig is the same of a configuration. whole says that all captures were read.
func (c *checkRun) judgeConfig(config *check.Config, whole bool) []*check.Result {
	if config.Path == "" {
		return nil
	}
	covered := c.covers(config.Dir)
	r := &check.Result{Path: config.Path, Agreement: true, Problems: config.Broken(covered)}
	unmet := config.Unmet(whole && !c.judge.narrowed())
	switch {
	case c.ctx.Err() != nil:
	case covered:
		r.Problems = append(r.Problems, unmet...)
	case len(unmet) > 0 && !c.flags.quiet:
		c.errorf("finwait: note: %s: %s had nothing to do here, which is judged where all of %s is checked: %s\n",
			config.Path, counted(len(unmet), "entry", "entries"), prose.Safe(config.Dir), linesOf(unmet))
	}
	return []*check.Result{r}
}

// judgeBaseline is the same of a baseline.
func (c *checkRun) judgeBaseline(baseline *check.Baseline, whole bool) []*check.Result {
	if baseline == nil || !whole || c.judge.narrowed() {
		return nil
	}
	unmet, elsewhere := baseline.Unmet(c.covers)
	if elsewhere > 0 && !c.flags.quiet {
		c.errorf("finwait: note: %s: %s about captures that were not checked here\n", prose.Safe(baseline.Path), counted(elsewhere, "entry is", "entries are"))
	}
	return []*check.Result{{Path: baseline.Path, Agreement: true, Problems: unmet}}
}

// linesOf names the lines of problems.
func linesOf(problems []check.Problem) string {
	const most = 10
	var words []string
	for i := range problems {
		if i == most {
			words = append(words, "…")
			break
		}
		words = append(words, fmt.Sprint(problems[i].Line))
	}
	if len(words) == 1 {
		return "line " + words[0]
	}
	return "lines " + strings.Join(words, ", ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// refuseInputs refuses reports that would replace what is checked, what was agreed on,
// or each other.
func (c *checkRun) refuseInputs(found *fixtures) error {
	for _, path := range found.captures {
		if _, err := c.config(path); err != nil {
			return err
		}
	}
	inputs := slices.Concat(found.all(), c.judge.read)
	if c.flags.baseline != "" {
		inputs = append(inputs, c.flags.baseline)
	}
	for _, path := range []string{c.flags.junit, c.flags.sarif} {
		switch {
		case path == "":
			continue
		case strings.HasSuffix(path, check.Suffix), filepath.Base(path) == config.Name:
			return &usageError{text: fmt.Sprintf("%s is the name of what was agreed on, and not of a report", prose.Safe(path))}
		case samePlace(path, c.Stdout):
			return &usageError{text: fmt.Sprintf("standard output goes to %s already", prose.Safe(path))}
		}
		if err := c.refuseOverwrite(path, inputs); err != nil {
			return err
		}
	}
	if c.flags.junit != "" && placeOf(c.flags.junit) == placeOf(c.flags.sarif) {
		return &usageError{text: fmt.Sprintf("--junit and --sarif would both write %s", prose.Safe(c.flags.junit))}
	}
	return nil
}

// placeOf returns where an output would come to stand, links followed as far as there
// is something.
func placeOf(path string) string {
	if path == "" {
		return ""
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	} else if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return path
}

// samePlace reports whether path is the file to which w writes.
func samePlace(path string, w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	open, err1 := f.Stat()
	named, err2 := os.Stat(path)
	return err1 == nil && err2 == nil && named.Mode().IsRegular() && os.SameFile(open, named)
}
