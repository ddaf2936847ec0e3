package main

import (
	"cmp"
	"slices"

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
	base    int64    // frames of all captures before the tracker's first; where not dense
	dense   bool     // the tracker counts the packets that it sees, and not all
	seen    int      // of those
	known   []known  // those that it may still name, in order; where dense
	limit   int      // how many may be known before some are forgotten
	took    func(*model.Record) error
	err     error
}

// row is frames of one file, up to the next.
type row struct {
	frame int
	file  int
}

// known is a packet as the tracker and as the captures count it.
type known struct {
	own   int64
	file  int32
	frame int64
}

// minKnown is how many packets are not worth forgetting.
var minKnown = 1 << 14

// forget keeps the packets that the tracker may still name, and the last. The next time
// comes after as many new ones.
func (f *follower) forget() {
	keep := make([]bool, len(f.known))
	keep[len(keep)-1] = true
	f.tracker.Frames(func(own int64) {
		if i, found := f.find(own); found {
			keep[i] = true
		}
	})
	kept := f.known[:0]
	for i, k := range f.known {
		if keep[i] {
			kept = append(kept, k)
		}
	}
	f.known, f.limit = kept, 2*len(kept)
}

func (f *follower) find(own int64) (i int, found bool) {
	return slices.BinarySearchFunc(f.known, own, func(k known, own int64) int { return cmp.Compare(k.own, own) })
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
	f.numbers, f.rows, f.known, f.seen, f.limit = f.numbers[:0], f.rows[:0], f.known[:0], 0, 0
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
	r := f.judging.Record(c, f.plan.interfaceName(c.Path.Interface), f.at)
	f.moments.Add(r)
	f.err = f.took(r)
}

// in takes in that a frame is in a file.
func (f *follower) in(file, frame int) {
	if n := len(f.rows); n == 0 || f.rows[n-1].file != file {
		f.rows = append(f.rows, row{frame, file})
	}
}

// at returns the name of the file that a frame of the tracker's is in, and its number among
// the frames of all captures: these are more than a tracker can tell apart.
func (f *follower) at(frame int64) (file string, number int64) {
	if f.dense {
		i, _ := f.find(frame)
		k := &f.known[min(i, len(f.known)-1)]
		return f.plan.Names[k.file], k.frame
	}
	i, found := slices.BinarySearchFunc(f.rows, int(frame), func(r row, frame int) int { return cmp.Compare(r.frame, frame) })
	if !found {
		i--
	}
	return f.plan.Names[f.rows[max(i, 0)].file], f.base + frame
}

// add takes in a packet; its frame counts through all captures.
func (f *follower) add(p *Packet) {
	own := p.Frame
	if f.dense {
		if int64(f.seen) == driver.MaxFrame {
			f.err = driver.ErrFrames // on one 4-tuple
			return
		}
		if len(f.known) >= max(f.limit, minKnown) {
			f.forget()
		}
		f.seen++
		own.Number = f.seen
		f.known = append(f.known, known{int64(f.seen), int32(p.File), int64(p.Frame.Number)})
	} else {
		own.Number -= int(f.base)
		f.in(p.File, own.Number)
	}
	f.tracker.Advance(p.Now)
	if p.Quote {
		f.tracker.Quote(own, &p.Segment)
	} else {
		f.tracker.Add(own, &p.Segment)
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
