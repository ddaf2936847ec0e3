package driver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"finwait/analyzer/internal/timers"
	"finwait/analyzer/model"
	"finwait/analyzer/rules"
	"finwait/analyzer/tally"
	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// Options say what is analyzed, and how.
type Options struct {
	Stdin io.Reader // what the file "-" stands for

	// Open opens a capture for whoever keeps them elsewhere; nil stands for the files of
	// this machine. What it returns is closed with the first error of a Read.
	Open func(file string) (io.ReadCloser, error)

	Join    bool // read the captures as one, in time order
	Tracker reassembly.Config
	Window  Window // packets outside are not looked at

	// Keep says which segments are tracked; nil keeps all. Where captures are
	// analyzed side by side it is called from several goroutines.
	Keep func(*segment.Segment) bool

	// Config holds the thresholds; nil stands for those of DefaultConfig.
	Config *model.Config

	// Rules look at connections, as far as Config lets them run; nil stands for all of
	// package rules, and what is empty for none. Where captures are analyzed side by
	// side they are asked from several goroutines.
	Rules []*model.Rule

	By string // what the summary tells apart: one of model.Keys, or "" for nothing

	// SkipViews says that nobody reads what model.Builder.SkipViews leaves out.
	SkipViews bool

	// Uncounted says that nobody reads the Totals and the Timers of the Outcome.
	Uncounted bool

	// Select says which connections are counted and handed on; nil takes all.
	Select func(*model.Record) bool

	Jobs int // how many captures are analyzed side by side, see the function Jobs

	// Began, if not nil, is told the time of a capture's first packet before any
	// record of it comes. Where captures are analyzed side by side it is called from
	// several goroutines.
	Began func(capture.Time)

	// Meter, if not nil, is told how far the captures have been read.
	Meter *Meter

	// Problem is told in turn why an input could not be read, or not to its end; nil
	// leaves it to what Files and the Outcome say of it.
	Problem func(error)
}

// withDefaults returns o with what its zero values stand for.
func (o Options) withDefaults() *Options {
	if o.Config == nil {
		config := model.DefaultConfig()
		o.Config = &config
	}
	if o.Rules == nil {
		o.Rules = rules.All
	}
	if o.Problem == nil {
		o.Problem = func(error) {}
	}
	return &o
}

// Outcome says how a run went, whatever it found.
type Outcome struct {
	Unreadable  int  // captures that could not be opened, or are corrupt
	Read        bool // anything at all was read: a packet, or a capture to its end
	CutShort    int  // captures cut off in their last record
	Interrupted bool // ctx ended before the input did

	// Plain is since when the captures held segments without SYN, FIN and RST; valid
	// iff HasPlain.
	Plain    capture.Time
	HasPlain bool

	Gaps    []frame.Gap // of all captures
	HasGaps bool        // Gaps are those of one capture, or of captures that were joined

	Totals tally.Aggregate
	Timers timers.Collector
}

// Run analyzes captures and hands the results to h. The error, if any, is one
// that h returned; problems with the input are told to Options.Problem. When
// ctx ends, Run stops reading, and completes what it has.
func Run(ctx context.Context, files []string, o Options, h model.Handler) (*Outcome, error) {
	options := o.withDefaults()
	r := &run{options: options, opener: newOpener(ctx, options), handler: h, outcome: new(Outcome)}
	r.outcome.prepare(options)
	var err error
	switch {
	case o.Join:
		err = r.joined(ctx, files)
	case len(files) == 1:
		err = r.alone(files[0])
	default:
		err = r.sideBySide(ctx, files)
	}
	r.outcome.Interrupted = ctx.Err() != nil
	if err == nil {
		err = h.Close(r.outcome.Summary())
	}
	return r.outcome, err
}

// ErrShared is told as a problem, and is none: Wireshark's stream numbers look at
// addresses and ports alone, so that connections in several VLANs or tunnels may
// share a stream.
var ErrShared = errors.New("segments of several VLANs or tunnels, perhaps of several connections")

// ErrNoTime is told as a problem, and is none: Simple Packet Blocks of pcapng have
// no timestamp (draft-ietf-opsawg-pcapng §4.4).
var ErrNoTime = errors.New("no time: each stands at that of the packet before it, and durations say nothing")

// run is what one goroutine hands to the Handler.
type run struct {
	options *Options
	opener  *opener
	handler model.Handler
	outcome *Outcome
	seen    bool // a capture with packets was finished

	count   int64 // connections of the current capture
	left    int64 // and those that Select left out
	found   model.Severities
	vantage Votes
}

// alone analyzes one capture. Where it may be a live one no goroutine stands
// between it and the Handler, so that records come as soon as connections end.
func (r *run) alone(file string) error {
	in := openInput(r.opener, file)
	m := atOnce
	if in.isFile() && runtime.GOMAXPROCS(0) > 1 && r.options.Tracker.OnSegment == nil && r.options.Tracker.Each == nil {
		m = concurrent
	}
	var err error
	a := newAnalysis(r.options, in, m, func(res *result) bool {
		err = r.deliver(res)
		return err == nil
	})
	if m == concurrent && !r.options.SkipViews {
		a.delivery = startDelivery(func(res *result) {
			if !a.stopped.Load() && !a.emit(res) {
				a.stopped.Store(true)
			}
		})
	}
	a.run(r.opener.patience(file))
	if a.delivery != nil {
		a.delivery.finish()
	}
	in.noticed = a.noticed()
	if err != nil {
		return err
	}
	return r.finish(in)
}

// joined analyzes all captures as one.
func (r *run) joined(ctx context.Context, files []string) error {
	merged := openMerge(r.opener, files)
	var err error
	a := newAnalysis(r.options, merged, atOnce, func(res *result) bool {
		err = r.deliver(res)
		return err == nil
	})
	merged.origins.named = a.tracker.Frames
	a.run(ctx)
	if len(merged.inputs) > 0 {
		merged.inputs[0].noticed = a.noticed()
	}
	for _, in := range merged.inputs {
		if err != nil {
			return err
		}
		in.shared = len(files) > 1
		err = r.finish(in)
	}
	return err
}

// deliver takes one connection to the summary and the Handler.
func (r *run) deliver(res *result) error {
	rec := res.record
	if r.options.Select != nil && !r.options.Select(rec) {
		r.left++
		return nil
	}
	r.count++
	r.vantage.Add(rec.Vantage)
	for i := range rec.Findings {
		r.found.Count(rec.Findings[i].Severity)
	}
	if !r.options.Uncounted {
		r.outcome.Totals.Add(rec)
		r.outcome.Timers.Add(&res.observation)
	}
	return r.handler.Record(rec)
}

// finish takes an input that has been read to the summary and the Handler.
func (r *run) finish(in *input) error {
	info := in.result()
	ofFile := fileFindings(in, r.options)
	info.Vantage = r.vantage.Winner()
	info.Unselected, r.left = r.left, 0
	if !in.shared {
		for i := range ofFile {
			r.found.Count(ofFile[i].Severity)
		}
		n, found := r.count, r.found
		info.Connections, info.Severities = &n, &found
		r.count, r.found, r.vantage = 0, model.Severities{}, Votes{}
	}
	r.outcome.Read = r.outcome.Read || in.packets > 0 || in.problem == nil
	switch {
	case in.problem == nil:
	case errors.Is(in.problem, capture.ErrCutShort):
		r.outcome.CutShort++
		r.options.Problem(in.problem)
	default:
		r.outcome.Unreadable++
		r.options.Problem(in.problem)
	}
	if in.hasPlain && (!r.outcome.HasPlain || in.noticed.plain < r.outcome.Plain) {
		r.outcome.Plain, r.outcome.HasPlain = in.noticed.plain, true
	}
	if in.packets > 0 {
		r.outcome.HasGaps = r.options.Join || !r.seen
		r.outcome.Gaps, r.seen = append(r.outcome.Gaps, in.found...), true
	}
	if in.mixed > 0 {
		r.options.Problem(SharedProblem(in.file, int64(in.mixed)))
	}
	if in.untimed > 0 {
		r.options.Problem(in.untimedProblem())
	}
	r.outcome.Totals.AddFile(info)
	r.outcome.Totals.AddFileFindings(ofFile)
	return r.handler.File(info)
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
