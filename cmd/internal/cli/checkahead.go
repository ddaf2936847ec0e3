package cli

import (
	"iter"

	"finwait/analyzer/check"
	"finwait/analyzer/driver"
)

// reading is a capture that is read ahead of its turn.
type reading struct {
	path     string
	config   *checkConfig
	done     chan struct{} // closed when what follows is valid
	capture  *check.Capture
	selector *check.Selector // nil where all connections are checked
	warnings []error
	err      error
}

// readings reads captures side by side and hands them on in order. Those that an
// interrupt left out are not handed on.
func (c *checkRun) readings(paths []string) iter.Seq[*reading] {
	return func(yield func(*reading) bool) {
		var ahead []*reading
		for len(paths) > 0 || len(ahead) > 0 {
			for len(paths) > 0 && len(ahead) < driver.Jobs(int(c.flags.jobs)) {
				ahead = append(ahead, c.begin(paths[0]))
				paths = paths[1:]
			}
			r := ahead[0]
			ahead = ahead[1:]
			<-r.done
			if c.ctx.Err() != nil { // a capture read in part proves nothing
				return
			}
			for _, warning := range r.warnings {
				c.complain("finwait: warning: %s\n", lines(warning))
			}
			if !yield(r) {
				return
			}
		}
	}
}

func (c *checkRun) begin(path string) *reading {
	r := &reading{path: path, done: make(chan struct{})}
	if r.config, r.err = c.config(path); r.err != nil {
		close(r.done)
		return r
	}
	go func() {
		defer close(r.done)
		r.err = c.analyze(r)
	}()
	return r
}
