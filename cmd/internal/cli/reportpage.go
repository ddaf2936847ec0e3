package cli

import (
	"context"
	"errors"
	"io"
	"slices"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/ladders"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
)

// reportPage is a run of report that writes a page. It reads the captures once more
// for the segments of the examples.
type reportPage struct {
	*job
	spool *spool
}

func (p *reportPage) run() (int, error) {
	defer func() {
		if p.spool != nil {
			_ = p.spool.file.Close() // a temporary file
		}
	}()
	return p.job.run(func(w io.Writer, _ prose.Style) (model.Handler, error) {
		if slices.Contains(p.captures, "-") {
			var err error
			if p.spool, err = newSpool(p.Stdin); err != nil {
				return nil, err
			}
			p.Stdin = p.spool
		}
		return report.SummaryPage(w, report.PageOptions{
			Joined: p.input.join, TimeWait: p.config.TimeWait, Again: p.again,
		}), nil
	})
}

// again draws the segments of connections.
func (p *reportPage) again(records []*model.Record, to []ladders.Writer) error {
	if p.input.join {
		return p.draw(p.captures, records, to)
	}
	var err error
	for _, file := range p.captures {
		var of []*model.Record
		var their []ladders.Writer
		for i, r := range records {
			if r.File == file {
				of, their = append(of, r), append(their, to[i])
			}
		}
		if of != nil {
			err = errors.Join(err, p.draw([]string{file}, of, their))
		}
	}
	return err
}

// draw reads captures again, until the connections have been drawn. What can be read
// only once is left out.
func (p *reportPage) draw(files []string, records []*model.Record, to []ladders.Writer) error {
	if slices.ContainsFunc(files, func(f string) bool { return f != "-" && driver.IsPipe(f) }) || p.ctx.Err() != nil {
		return nil
	}
	ctx, stop := context.WithCancel(p.ctx)
	defer stop()
	artists := map[uint32][]*ladderWriter{}
	left := len(records)
	for i, r := range records {
		a := &ladderWriter{to: to[i], rest: []*model.Record{r}}
		a.stop = func() {
			if left--; left == 0 {
				stop()
			}
			a.stopped = true
		}
		artists[r.Stream] = append(artists[r.Stream], a)
	}
	options := p.input.options()
	options.Stdin, options.Problem = p.Stdin, func(error) {} // it was told the first time
	if p.spool != nil {
		options.Stdin = p.spool.file.Again()
	}
	options.Select = func(*model.Record) bool { return false }
	options.Tracker.OnSegment = func(s *conn.SegmentEvent) {
		for _, a := range artists[s.Stream] {
			if !a.stopped {
				a.see(s)
			}
		}
	}
	if _, err := driver.Run(ctx, files, options, new(gathered)); err != nil {
		return err
	}
	for _, list := range artists {
		for _, a := range list {
			if err := a.finish(); err != nil {
				return err
			}
		}
	}
	return nil
}
