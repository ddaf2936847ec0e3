package cli

import (
	"iter"

	"finwait/analyzer/check"
	"finwait/analyzer/driver"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/pipe"
)

// reading is a capture that is read ahead of its turn.
type reading struct {
	path     string
	config   *checkConfig
	scope    *check.Scope
	wait     func() error // returns when what follows is valid, with what it came to
	capture  *check.Capture
	selector *check.Selector // nil where all connections are checked
	warnings []error
	err      error
}

// readings reads captures side by side and hands them on in order. Those that an
// interrupt left out are not handed on.
func (c *checkRun) readings(paths []string) iter.Seq[*reading] {
	return func(yield func(*reading) bool) {
		for r := range pipe.Ordered(paths, driver.Jobs(int(c.flags.jobs)), c.begin) {
			r.err = r.wait()
			if c.ctx.Err() != nil { // a capture read in part proves nothing
				return
			}
			for _, warning := range r.warnings {
				c.errorf("finwait: warning: %s\n", lines(warning))
			}
			if !yield(r) {
				return
			}
		}
	}
}

func (c *checkRun) begin(path string) *reading {
	r := &reading{path: path}
	config, err := c.config(path)
	if r.config = config; err == nil {
		if r.scope, err = config.check.Scope(path); err != nil {
			err = &usageError{text: prose.Safe(err.Error())}
		}
	}
	if err != nil {
		r.wait = func() error { return err }
		return r
	}
	r.wait = pipe.Go(func() error { return c.analyze(r) })
	return r
}
