package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/records"
	"finwait/analyzer/timeline"
)

// packetsOnly returns a flag that was given and says what to do with packets, which stored
// runs do not have; "" where there is none.
func (inv *invocation) packetsOnly() (name string) {
	flags := []string{"filter", "after", "before", "idle", "max-connections", "join"}
	for i := range model.Thresholds {
		flags = append(flags, model.Thresholds[i].Name)
	}
	for _, f := range flags {
		if inv.flags.Changed(f) {
			return f
		}
	}
	return ""
}

// gone is what is wrong with a flag about packets and a stored run.
func gone(run, flag string) error {
	return &usageError{text: fmt.Sprintf("%s is a stored run, whose packets are gone: --%s cannot apply to it", prose.Safe(run), flag)}
}

// standardInput looks whether standard input is a stored run, and returns all of it.
func (inv *invocation) standardInput() (isStored bool, in io.Reader) {
	if in = inv.Stdin; in == nil {
		in = os.Stdin
	}
	return records.Begins(driver.Interruptible(inv.ctx, in))
}

// findStored looks which of the files are stored runs, where the command takes some.
func (j *job) findStored(files []string) error {
	if !j.summary {
		return nil
	}
	j.stored = map[string]bool{}
	for _, file := range files {
		is := false
		if file == "-" {
			is, j.Stdin = j.standardInput()
		} else {
			is = records.IsStored(file)
		}
		switch {
		case !is:
			continue
		case j.packetsOnly() != "":
			return gone(file, j.packetsOnly())
		case j.output.format.value == "html":
			return &usageError{text: fmt.Sprintf("%s is a stored run, and a page shows segments: name the captures", prose.Safe(file))}
		}
		j.stored[file] = true
	}
	return nil
}

// onlyCaptures returns the files that are no stored runs.
func (j *job) onlyCaptures(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(file string) bool { return j.stored[file] })
}

// analyze runs the analysis, and takes in what was stored of others.
func (j *job) analyze(ctx context.Context, files []string, o driver.Options, h model.Handler) (*driver.Outcome, error) {
	switch {
	case !j.summary || j.output.format.value == "html":
		return driver.Run(ctx, files, o, h)
	case len(j.stored) == 0:
		return driver.Run(ctx, files, o, timeline.NewWorst(h, o.Join))
	}
	m := &merging{job: j, options: o, outcome: driver.NewOutcome(o)}
	for len(files) > 0 && ctx.Err() == nil {
		n := slices.IndexFunc(files, func(file string) bool { return j.stored[file] })
		switch {
		case n < 0:
			n = len(files)
			fallthrough
		case n > 0:
			if err := m.captures(ctx, files[:n]); err != nil {
				return m.outcome, err
			}
		default:
			n = 1
			if err := m.run(ctx, files[0]); err != nil {
				return m.outcome, err
			}
		}
		files = files[n:]
	}
	m.outcome.Interrupted = ctx.Err() != nil
	s := m.outcome.Summary()
	s.WorstMoment, s.Runs, s.Caveats = m.worst.Moment, m.infos, append(s.Caveats, driver.Caveats(m.runs)...)
	m.sources.settle(s)
	if text := m.sources.caveat(); text != "" {
		s.Caveats = append(s.Caveats, text)
	}
	return m.outcome, h.Close(s)
}

// merging puts together what captures and stored runs tell, in the order of the files.
type merging struct {
	*job
	options driver.Options
	outcome *driver.Outcome
	worst   timeline.Worst
	runs    []*driver.Replay
	infos   []model.RunInfo
	sources sources
}

// noRecords is a Handler that writes nothing.
type noRecords struct{}

func (noRecords) Record(*model.Record) error { return nil }
func (noRecords) File(*model.FileInfo) error { return nil }
func (noRecords) Close(*model.Summary) error { return nil }

// captures analyzes some that stand side by side among the files.
func (m *merging) captures(ctx context.Context, files []string) error {
	for _, file := range files {
		m.sources.begin(file)
		m.sources.name(file)
	}
	worst := timeline.NewWorst(noRecords{}, false)
	outcome, err := driver.Run(ctx, files, m.options, worst)
	m.add(outcome, worst)
	return err
}

// add takes in a part.
func (m *merging) add(part *driver.Outcome, worst *timeline.WorstHandler) {
	m.outcome.Merge(part)
	m.worst.Merge(worst.Worst)
}

// run takes in a stored run.
func (m *merging) run(ctx context.Context, file string) error {
	worst := timeline.NewWorst(noRecords{}, false)
	replay := driver.NewReplay(m.options, worst)
	info := &replay.Info
	info.File = file
	m.sources.begin(file)
	problem := func(err error) {
		m.problem(err)
		if info.Error == nil {
			text := err.Error()
			info.Error = &text
		}
	}
	stored, err := openStored(file, m.Stdin)
	if err != nil {
		problem(err)
	} else {
		info.Format = stored.Format
		err := replayed(ctx, stored, problem, func(r *model.Record) error {
			r.File = m.sources.name(r.File)
			return replay.Record(r)
		})
		info.Lost = stored.Lost
		if err != nil {
			return err
		}
	}
	outcome, err := replay.Finish()
	if err == nil {
		err = worst.Close(new(model.Summary))
	}
	if info.Error != nil {
		outcome.Unreadable++
	}
	m.add(outcome, worst)
	m.runs, m.infos = append(m.runs, replay), append(m.infos, *info)
	return err
}

// openStored opens what was found to be a stored run.
func openStored(file string, stdin io.Reader) (*records.Stored, error) {
	if file == "-" {
		return records.Read(file, stdin)
	}
	stored, err := records.Open(file)
	if stored == nil && err == nil {
		err = fmt.Errorf("%s: it is no stored run any more", file)
	}
	return stored, err
}

// replayed hands the records of a stored run to take until ctx ends, and closes it.
func replayed(ctx context.Context, stored *records.Stored, problem func(error), take func(*model.Record) error) error {
	err := stored.Each(problem, func(r *model.Record) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return take(r)
	})
	_ = stored.Close() // it was read only
	if ctx.Err() != nil {
		return nil
	}
	return err
}
