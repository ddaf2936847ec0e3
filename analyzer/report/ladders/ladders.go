package ladders

import (
	"io"
	"time"

	"finwait/analyzer/ladder"
	"finwait/analyzer/report/prose"
)

// Writer writes connections segment by segment.
type Writer interface {
	Begin(*ladder.Ladder) error
	Row(*ladder.Row) error
	End() error // of the connection

	// FollowUp writes how other programs select the connection.
	FollowUp(*FollowUp) error

	Close() error // after the last connection
}

// Formats are the ways to write a ladder.
var Formats = []string{"text", "jsonl", "html", "svg"}

// Options say what a ladder shows.
type Options struct {
	All     bool // every segment; else stretches in which nothing happens but data are left out
	ToScale bool // svg is drawn to the scale of time; html has both
}

// New returns the writer for a format.
func New(format string, w io.Writer, s prose.Style, o Options) Writer {
	switch format {
	case "jsonl":
		return &jsonWriter{w: w}
	case "html":
		return &pageWriter{pictures{all: o.All}, w}
	case "svg":
		return &svgWriter{pictures{all: o.All}, w, o.ToScale}
	}
	return &textWriter{w: w, style: s, all: o.All}
}

// longSilence is from when on silence is drawn.
const longSilence = time.Second

// What is shown of a long connection.
const (
	foldHead   = 10  // rows at the beginning
	foldTail   = 8   // rows at the end
	foldAround = 1   // rows before and after one that matters
	foldLeast  = 4   // fewer rows are not worth folding
	foldGaps   = 20  // rows shown because silence came before them
	foldFlags  = 200 // rows shown because of their control bits or windows
)

// folder passes on the rows that are to be shown, and sums up the others. What it
// holds does not grow with the connection.
type folder struct {
	show func(*ladder.Row) error
	fold func(*folded) error

	shown, gaps, flagged int
	after                int           // rows still to be shown behind one that matters
	pending              []*ladder.Row // the latest, which may be before one that matters
	hidden               folded
	err                  error
}

// folded is a stretch that was left out.
type folded struct {
	rows            []*ladder.Row // the first few
	segments        int64
	bytes           [2]int64 // payload as sent, by Role
	retransmissions int64
	from, to        time.Duration // since the start
}

func (f *folder) add(r *ladder.Row) error {
	switch {
	case f.matters(r):
		f.flush(foldAround)
		f.pass(r)
		f.after = foldAround
	case f.shown < foldHead:
		f.pass(r)
	case f.after > 0 && len(f.pending) == 0:
		f.after--
		f.pass(r)
	default:
		f.pending = append(f.pending, r)
		if len(f.pending) > foldTail {
			f.hide()
		}
	}
	return f.err
}

// matters reports whether a row is shown in any case.
func (f *folder) matters(r *ladder.Row) bool {
	switch {
	case r.Began != [2]bool{} || len(r.Evidence) > 0:
		return true
	case r.SinceLast >= longSilence && f.gaps < foldGaps:
		f.gaps++
		return true
	case r.Matters() && f.flagged < foldFlags:
		f.flagged++
		return true
	}
	return false
}

func (f *folder) pass(r *ladder.Row) {
	f.shown++
	if f.err == nil {
		f.err = f.show(r)
	}
}

// hide leaves out the oldest pending row.
func (f *folder) hide() {
	r := f.pending[0]
	f.pending = append(f.pending[:0], f.pending[1:]...)
	h := &f.hidden
	if h.segments == 0 {
		h.from = r.SinceStart
	}
	if len(h.rows) < foldLeast {
		h.rows = append(h.rows, r)
	}
	h.segments++
	h.bytes[r.From] += int64(r.Len)
	h.to = r.SinceStart
	if r.Has(ladder.Retransmission) {
		h.retransmissions++
	}
}

// flush tells what was hidden and shows the latest pending rows, keep of them.
func (f *folder) flush(keep int) {
	for len(f.pending) > keep {
		f.hide()
	}
	if f.hidden.segments >= foldLeast {
		if f.err == nil {
			f.err = f.fold(&f.hidden)
		}
	} else {
		for _, r := range f.hidden.rows {
			f.pass(r)
		}
	}
	for _, r := range f.pending {
		f.pass(r)
	}
	f.pending, f.hidden = f.pending[:0], folded{}
}

// end shows what is left.
func (f *folder) end() error {
	f.flush(len(f.pending))
	return f.err
}
