package main

import (
	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/timeline"
	"finwait/reassembly"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
)

func nobody(*conn.Conn) {}

// follower tracks some of the segments of joined captures and makes records that say the
// same as if it saw all.
type follower struct {
	plan    *Plan
	tracker *reassembly.Tracker
	judging *driver.Judging
	moments *timeline.Moments
	numbers []uint32 // of the streams, by the tracker's own number
	rows    []row    // which file frames are in, in order
	took    func(*model.Record) error
	err     error
}

// row is frames of one file, up to the next.
type row struct {
	frame int
	file  int
}

// unbounded is more connections than there can be: what a bound would leave out depends
// on all that are open at a time, which no worker knows.
const unbounded = 1 << 30

// newFollower returns a follower whose records go to took.
func newFollower(s *Settings, p *Plan, took func(*model.Record) error) *follower {
	f := &follower{plan: p, judging: driver.NewJudging(s.options()), moments: timeline.NewMoments(), took: took}
	f.reset()
	return f
}

// reset forgets the connections.
func (f *follower) reset() {
	f.tracker = reassembly.NewTracker(reassembly.Config{MaxConnections: unbounded, Number: f.number}, f.ended)
	f.numbers, f.rows = f.numbers[:0], f.rows[:0]
	if f.plan.HasPlain {
		f.tracker.Plain(frame.Time(f.plan.Plain))
	}
	f.tracker.Gaps(f.plan.Gaps)
}

func (f *follower) number(stream uint32) uint32 {
	if int(stream) < len(f.numbers) {
		return f.numbers[stream]
	}
	return stream
}

// ended makes the record of a connection.
func (f *follower) ended(c *conn.Conn) {
	if f.err != nil {
		return
	}
	r := f.judging.Record(c, f.plan.interfaceName(c.Path.Interface), f.fileOf)
	f.moments.Add(r)
	f.err = f.took(r)
}

// in takes in that a frame is in a file.
func (f *follower) in(file, frame int) {
	if n := len(f.rows); n == 0 || f.rows[n-1].file != file {
		f.rows = append(f.rows, row{frame, file})
	}
}

// fileOf returns the name of the file that a frame is in.
func (f *follower) fileOf(frame int64) string {
	low, high := 0, len(f.rows)
	for low < high {
		if middle := (low + high) / 2; int64(f.rows[middle].frame) <= frame {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return f.plan.Names[f.rows[max(low-1, 0)].file]
}

// take takes in a packet; its frame counts through all captures.
func (f *follower) take(p *Packet) {
	f.in(p.File, p.Frame.Number)
	f.tracker.Advance(p.Now)
	if p.Quote {
		f.tracker.Quote(p.Frame, &p.Segment)
	} else {
		f.tracker.Add(p.Frame, &p.Segment)
	}
}

// opened reports whether what was taken opened a stream that has no number yet.
func (f *follower) opened() bool { return f.tracker.Counts().Streams > len(f.numbers) }

// finish takes in that the captures are over.
func (f *follower) finish() error {
	if f.plan.Dropped {
		f.tracker.Dropped()
	}
	if f.plan.HasEnd {
		f.tracker.Advance(frame.Time(f.plan.End))
	}
	f.tracker.Flush()
	return f.err
}

// part returns what the connections add to the report.
func (f *follower) part(index int) *Part {
	return &Part{Index: index, Outcome: f.judging.Outcome, Moments: f.moments, Votes: f.judging.Votes, Shared: int64(f.tracker.Counts().Shared)}
}
