package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"finwait/analyzer/driver"
	"finwait/analyzer/ladder"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/ladders"
	"finwait/reassembly/conn"
)

// showJob draws one connection. It reads the capture twice: first for the
// record, which is known only when the connection has ended, then for the
// segments.
type showJob struct {
	*job
	*showFlags
	spool *spool
}

func (j *showJob) run() (int, error) {
	if err := j.input.check(); err != nil {
		return 0, err
	}
	config, err := j.judge.load()
	if err != nil {
		return 0, err
	}
	files, err := j.twice()
	if err != nil {
		return 0, err
	}
	if len(files) > 1 && !j.input.join {
		return 0, &usageError{text: fmt.Sprintf("show takes one capture, not %d; --join makes one of several", len(files))}
	}
	if slices.Contains(files, "-") {
		if j.spool, err = newSpool(j.Stdin); err != nil {
			return 0, fmt.Errorf("standard input cannot be kept: %w", err)
		}
		defer func() { _ = j.spool.file.Close() }() // a temporary file
	}
	found, outcome, err := j.find(files, config)
	if err != nil {
		return 0, err
	}
	code := j.exitCode(outcome)
	if code == exitUsage {
		return 0, j.selector.problem()
	}
	chosen, err := j.choose(found, code)
	if err != nil || len(chosen) == 0 {
		return code, err
	}
	if j.pair != "" {
		return j.drawPair(files, chosen[0], config, code)
	}
	err = j.draw(files, chosen, found, outcome.Interrupted)
	if code == exitFindings && !j.fails(chosen) { // only others do, that were looked at
		code = exitOK
	}
	return writeCode(code, err)
}

// fails reports whether the connections have a finding at or above --fail-on.
func (j *showJob) fails(list []*model.Record) bool {
	failOn := j.output.failOn.severity()
	for _, r := range list {
		for i := range r.Findings {
			if failOn != model.NoSeverity && r.Findings[i].Severity >= failOn {
				return true
			}
		}
	}
	return false
}

// find reads the captures for the connections that are asked for.
func (j *showJob) find(files []string, config *model.Config) (*gathered, *driver.Outcome, error) {
	found := new(gathered)
	options := j.input.options()
	options.Stdin, options.Problem, options.Config = j.Stdin, j.problem, config
	if j.spool != nil {
		options.Stdin = j.spool
	}
	progress := j.progress(files, j.output.silent(), nil)
	defer progress.end()
	options.Meter = progress.of()
	ctx, stop := context.WithCancel(j.ctx)
	defer stop()
	j.selector = newSelector(j.input)
	j.selector.stop = stop
	options.Select = func(r *model.Record) bool {
		wanted := (j.tuple.text == "" || j.tuple.holds(r)) && j.selector.wants(r)
		if !wanted {
			found.others++
		}
		return wanted
	}
	outcome, err := driver.Run(ctx, files, options, found)
	return found, outcome, err
}

// choose returns the records of the one connection to be drawn. A stream that
// was given up and went on later has several.
func (j *showJob) choose(found *gathered, code int) ([]*model.Record, error) {
	switch {
	case found.streams == 0 && code != exitOK: // it was told why
		return nil, nil
	case found.streams == 0 && j.selected():
		return nil, &usageError{text: fmt.Sprintf("no connection is like that, of %d that were read", found.others)}
	case found.streams == 0:
		return nil, &usageError{text: "no TCP connection in what was read"}
	case found.streams > 1 && j.tuple.text != "" && len(j.input.streams.list) == 0:
		if !j.output.quiet {
			j.errorf("finwait: %d connections used these addresses and ports; this is the first. The others: --stream %s\n",
				found.streams, strings.Join(found.numbers()[1:], ", "))
		}
	case found.streams > 1:
		return nil, &usageError{
			text: fmt.Sprintf("%d connections: which one?\n%s", found.streams, report.Choices(found.first, found.streams)),
			hint: "Select one with --stream N, --tuple A-B or --where EXPR.",
		}
	}
	return found.of(found.first[0].Stream), nil
}

// selected reports whether anything was asked for.
func (j *showJob) selected() bool {
	return j.tuple.text != "" || len(j.input.streams.list) > 0 || len(j.input.where.list) > 0
}

// draw reads the captures again and draws the segments of one connection.
// interrupted says that the first time, of which before is what was found, this
// was cut short: then so much is read again, whatever the user's patience.
func (j *showJob) draw(files []string, list []*model.Record, before *gathered, interrupted bool) error {
	out, err := openOutput(j.output.path, j.Stdout)
	if err != nil {
		return err
	}
	style := j.output.style(out, j.Stdout)
	a := &ladderWriter{to: ladders.New(j.output.format.value, out, style, ladders.Options{All: j.all, ToScale: j.toScale}), rest: list}

	ctx := j.ctx
	if interrupted {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, a.stop = context.WithCancel(ctx)
	defer a.stop()
	options := j.input.options()
	options.Stdin, options.Problem = j.Stdin, func(error) {} // it was told the first time
	if j.spool != nil {
		options.Stdin = j.spool.file.Again()
	}
	options.Select = func(*model.Record) bool { return false }
	options.Tracker.OnSegment, options.Rules = a.see, []*model.Rule{}
	again := new(gathered)
	_, err = driver.Run(ctx, files, options, again)
	if err == nil {
		err = a.finish()
	}
	if err == nil {
		err = again.changed(before, ctx.Err() == nil)
	}
	if err == nil && (j.followUp || j.output.format.value == "html") {
		err = a.to.FollowUp(ladders.NewFollowUp(list[0]))
	}
	if err == nil {
		err = a.to.Close()
	}
	return errors.Join(err, out.finish(err == nil))
}

// ladderWriter draws the records of a connection one after the other, as their
// segments pass by.
type ladderWriter struct {
	to      ladders.Writer
	rest    []*model.Record
	current *ladder.Ladder
	stop    func()
	stopped bool // nothing more is to be drawn
	err     error
}

// see draws a segment, if it belongs to the connection.
func (a *ladderWriter) see(s *conn.SegmentEvent) {
	if a.err != nil {
		return
	}
	if len(a.rest) > 0 && (a.current == nil || int64(s.Frame) >= a.rest[0].First.Frame) {
		a.next()
	}
	if a.current == nil || a.err != nil {
		return
	}
	if a.current.Holds(s) {
		a.err = a.to.Row(a.current.Row(s))
	}
	if a.err != nil || len(a.rest) == 0 && a.current.Done(int64(s.Frame)) {
		a.stop()
	}
}

// next goes on to the next record.
func (a *ladderWriter) next() {
	if a.current != nil {
		a.err = a.to.End()
	}
	if a.err == nil {
		a.current, a.rest = ladder.New(a.rest[0]), a.rest[1:]
		a.err = a.to.Begin(a.current)
	}
}

// finish ends the ladder, even if the file no longer holds what it did.
func (a *ladderWriter) finish() error {
	for a.err == nil && len(a.rest) > 0 {
		a.next()
	}
	if a.err == nil && a.current != nil {
		a.err = a.to.End()
	}
	return a.err
}

// maxGathered is how many records are kept to choose from.
const maxGathered = 8

// gathered is a Handler that keeps the records with the lowest stream numbers.
type gathered struct {
	first   []*model.Record // by stream
	streams int             // how many there are; exact up to repeated records of a stream beyond those kept
	others  int             // records that are not wanted
	files   []*model.FileInfo
}

// Record keeps a copy: the record itself is valid only meanwhile.
func (g *gathered) Record(r *model.Record) error {
	at, _ := slices.BinarySearchFunc(g.first, r.Stream, func(e *model.Record, n uint32) int {
		if e.Stream <= n {
			return -1
		}
		return 1
	})
	if at == 0 || g.first[at-1].Stream != r.Stream {
		g.streams++
	}
	if at == maxGathered {
		return nil
	}
	g.first = slices.Insert(g.first, at, r.Clone())
	if len(g.first) > maxGathered {
		g.first = g.first[:maxGathered]
	}
	return nil
}

// File keeps what is known of a capture.
func (g *gathered) File(f *model.FileInfo) error {
	g.files = append(g.files, f)
	return nil
}

// Close has nothing to do.
func (g *gathered) Close(*model.Summary) error { return nil }

// changed returns an error if a capture holds less than before, or is another. to says
// whether it was read to where that had been read.
func (g *gathered) changed(before *gathered, to bool) error {
	for i, f := range g.files {
		if err := driver.Changed(before.files[i], f, to, nil); err != nil {
			return err
		}
	}
	return nil
}

// of returns the records of a stream, in order.
func (g *gathered) of(stream uint32) (list []*model.Record) {
	for _, r := range g.first {
		if r.Stream == stream {
			list = append(list, r)
		}
	}
	return list
}

// numbers returns the streams of the kept records.
func (g *gathered) numbers() (list []string) {
	for _, r := range g.first {
		if n := fmt.Sprint(r.Stream); len(list) == 0 || list[len(list)-1] != n {
			list = append(list, n)
		}
	}
	return list
}
