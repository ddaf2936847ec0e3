package driver

import (
	"context"
	"fmt"
	"sync/atomic"

	"finwait/analyzer/internal/timers"
	"finwait/analyzer/model"
	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// A source hands out the packets of one analysis in order.
type source interface {
	// next fills in p and returns the input that it comes from; nil when there
	// are no more. p.Data is valid until the next call.
	next(p *capture.Packet) *input

	// dropped reports whether the capturing system says that it lost packets.
	dropped() bool

	// until returns the time until which was observed, where the capture says so
	// beside its packets.
	until() (capture.Time, bool)

	// plain returns since when the capture holds segments without SYN, FIN and RST,
	// where it says so beside its packets.
	plain() (capture.Time, bool)

	// gaps returns the gaps of the capture, where it says so beside its packets.
	gaps() ([]frame.Gap, bool)

	// path names the capture in records.
	path() string

	// nameFiles fills in what a record says of several files.
	nameFiles(r *model.Record)
}

// result is what is known of one connection.
type result struct {
	record      *model.Record
	observation timers.Observation
}

// analysis takes the packets of one source to results.
type analysis struct {
	source  source
	window  Window
	keep    func(*segment.Segment) bool
	decoder *segment.Decoder
	tracker *reassembly.Tracker
	emit    func(*result) bool
	options *Options
	stopped atomic.Bool // emit wants no more
	paused  pause
	found   []frame.Gap

	mode     mode
	delivery *delivery // delivers beside the judging; nil where emit is called at once
	judge    func(*result, *conn.Conn)

	_ apart

	interfaces interfaces
	own        room // of what emit does not keep
}

// room is for results in order, each with what its record is built in.
type room struct {
	results  []result
	builders []model.Builder
}

func newRoom(n int) room { return room{make([]result, n), make([]model.Builder, n)} }

// part returns the room for n results from the ith on.
func (r *room) part(i, n int) room { return room{r.results[i : i+n], r.builders[i : i+n]} }

// mode says how an analysis hands out its results.
type mode uint8

const (
	atOnce     mode = iota // one after the other, each in the place of the one before
	toKeep                 // each may be kept
	concurrent             // as atOnce, from a goroutine of its own
)

// newAnalysis prepares the way from src to emit, which returns false when it
// wants no more.
func newAnalysis(o *Options, src source, m mode, emit func(*result) bool) *analysis {
	a := &analysis{source: src, mode: m, window: o.Window, keep: o.Keep, options: o, emit: emit, decoder: segment.NewDecoder()}
	a.window.began = o.Began
	config := o.Tracker
	config.Concurrent, config.SkipViews, config.OnGap = m == concurrent, o.SkipViews, a.gap
	if config.OnSegment == nil { // else records come between segments
		config.OnBatch = a.ended
	}
	a.tracker = reassembly.NewTracker(config, func(c *conn.Conn) { a.ended([]*conn.Conn{c}) })
	a.judge = o.judge()
	return a
}

// ended takes connections to emit: steps 5 and 6 of the main path, each step for all of
// them before the next (see reassembly.Config.OnBatch).
func (a *analysis) ended(list []*conn.Conn) {
	for len(list) > 0 && !a.stopped.Load() {
		r := a.room(len(list))
		some := list[:len(r.results)]
		list = list[len(some):]
		for i, c := range some {
			r.builders[i].SkipViews = a.options.SkipViews
			record := r.builders[i].Record(a.source.path(), c)
			record.Interface = a.interfaces.name(c.Path.Interface)
			r.results[i].record = record
		}
		for i, c := range some {
			a.judge(&r.results[i], c)
			a.source.nameFiles(r.results[i].record)
		}
		a.pass(r.results)
	}
}

// room returns room for n results, or for fewer.
func (a *analysis) room(n int) room {
	switch {
	case a.delivery != nil:
		return a.delivery.room(n)
	case a.mode == toKeep:
		return newRoom(n)
	case n > len(a.own.results):
		a.own = newRoom(n)
	}
	return a.own.part(0, n)
}

// pass hands on what was put into room.
func (a *analysis) pass(results []result) {
	if a.delivery != nil {
		a.delivery.pass(len(results))
		return
	}
	for i := range results {
		if !a.emit(&results[i]) {
			a.stopped.Store(true)
			return
		}
	}
}

// decoded is one packet and what it holds.
type decoded struct {
	packet  capture.Packet
	input   *input // where it comes from
	segment segment.Segment
	skip    segment.Skip
}

// run reads, decodes and tracks every packet: steps 2 to 4 of the main path.
// When ctx ends it reads no further, and completes what it has.
func (a *analysis) run(ctx context.Context) {
	var d decoded
	payload := 0
	if since, ok := a.source.plain(); ok {
		a.tracker.Plain(since)
	}
	if list, ok := a.source.gaps(); ok {
		a.tracker.Gaps(list)
	}
	for n := 0; !a.stopped.Load() && (n%256 != 0 || ctx.Err() == nil); n++ {
		if n == trial && a.mode == concurrent && payload < trial*worthCopying {
			a.runAhead(ctx)
			break
		}
		if !a.next(&d) {
			break
		}
		payload += len(d.segment.Payload)
		a.track(&d)
	}
	if a.source.dropped() {
		a.tracker.Dropped()
	}
	if t, ok := a.source.until(); ok && ctx.Err() == nil && a.window.holds(t) {
		a.tracker.Advance(t)
	}
	a.tracker.Flush()
}

// MaxFrame is the greatest frame number that a Tracker can remember.
const MaxFrame int64 = 1<<36 - 1

// ErrFrames says that captures hold more packets than can be numbered.
var ErrFrames = fmt.Errorf("more packets than can be numbered, of this capture or of all that are joined: what follows frame %d was not read", MaxFrame)

// noticed is what the tracker says of a capture as a whole.
type noticed struct {
	mixed     int          // streams that several VLANs or tunnels share
	plain     capture.Time // since when there were segments without SYN, FIN and RST; valid iff hasPlain
	hasPlain  bool
	found     []frame.Gap   // the capture's gaps
	gapsKnown bool          // the capture said of what it was taken from whether there were any
	observed  *capture.Time // the end of observation; nil where no packet was looked at
}

func (a *analysis) noticed() (n noticed) {
	n.mixed = a.tracker.Counts().Shared
	n.plain, n.hasPlain = a.tracker.PlainSince()
	if n.found, n.gapsKnown = a.source.gaps(); !n.gapsKnown {
		n.found = a.found
	}
	if now, ok := a.tracker.Now(); ok {
		n.observed = &now
	}
	return n
}

// next reads and decodes a packet; false means that there are no more.
func (a *analysis) next(d *decoded) bool {
	d.input = a.source.next(&d.packet)
	if d.input == nil {
		return false
	}
	if uint64(d.packet.Number) > uint64(MaxFrame) {
		d.input.fail(fmt.Errorf("%s: %w", d.input.file, ErrFrames))
		return false
	}
	d.segment.Path.Interface = a.interfaces.id(d.input, &d.packet)
	d.skip = a.decoder.Decode(d.packet.Link, d.packet.Data, d.packet.Length, &d.segment)
	return true
}

// track counts a packet and hands it to the tracker.
func (a *analysis) track(d *decoded) {
	if now, ok := a.tracker.Now(); ok && d.packet.Time.Sub(now) >= reassembly.ShortestGap {
		a.paused = pause{d.input, d.packet.Frame().Number, d.packet.Time}
	}
	switch in, p, s := d.input, &d.packet, &d.segment; {
	case d.skip == segment.NotPacket: // and so it has no time
		in.skipped[d.skip]++
	case !a.window.holds(p.Time): // stream numbers are the whole capture's all the same
		in.notSelected++
		a.tracker.Pass(s, d.skip)
	case d.skip != segment.Decoded && d.skip != segment.ICMPError:
		in.skipped[d.skip]++
		a.tracker.Advance(p.Time)
	case a.keep != nil && !a.keep(s):
		in.notSelected++
		a.tracker.Advance(p.Time)
		a.tracker.Pass(s, d.skip)
	case d.skip == segment.ICMPError:
		in.skipped[d.skip]++
		a.tracker.Quote(p.Frame(), s)
	default:
		in.segments++
		a.tracker.Add(p.Frame(), s)
	}
}
