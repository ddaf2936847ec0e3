package ladder

import (
	"time"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// Ladder makes rows of the segments of one connection, of which the record is
// known.
type Ladder struct {
	Record *model.Record

	client segment.Endpoint
	states [2]track
	scales [2]scale
	fins   [2]fin
	recent [2]recent
	shut   [2]bool // the window is 0
	proved []bool  // of the record's findings, those that a row proved
	end    int64   // the last frame that may be shown
	last   model.Time
	begun  bool
}

// New returns the ladder of the connection that r describes.
func New(r *model.Record) *Ladder {
	l := &Ladder{Record: r, client: segment.Endpoint{Addr: segment.AddrFrom(r.Client.IP), Port: r.Client.Port}}
	l.states = [2]track{{stays: r.States.Client}, {stays: r.States.Server}}
	l.fins = [2]fin{newFIN(r.FIN.Client, r.States.Client, r.RST), newFIN(r.FIN.Server, r.States.Server, r.RST)}
	l.proved = make([]bool, len(r.Findings))
	l.end = r.Last.Frame
	for i := range r.Findings {
		for _, frame := range r.Findings[i].Frames {
			l.end = max(l.end, frame)
		}
	}
	return l
}

// Holds reports whether a segment belongs to the connection. A stream can have
// several records: then each has its own range of frames. ICMP errors may follow
// the last segment.
func (l *Ladder) Holds(s *conn.SegmentEvent) bool {
	frame, last := int64(s.Frame), l.Record.Last.Frame
	if s.ICMP != nil {
		last = l.end
	}
	return s.Stream == l.Record.Stream && frame >= l.Record.First.Frame && frame <= last
}

// Done reports whether nothing more can come after this frame.
func (l *Ladder) Done(frame int64) bool { return frame >= l.end }

// Row takes the next segment of the connection and returns its row.
func (l *Ladder) Row(s *conn.SegmentEvent) *Row {
	from := conn.Server
	if s.From == l.client {
		from = conn.Client
	}
	r := &Row{Frame: int64(s.Frame), Time: s.Time, From: from, Flags: s.Flags}
	if l.begun {
		r.SinceLast = s.Time.Sub(l.last)
	}
	l.last, l.begun = s.Time, true
	r.SinceStart = s.Time.Sub(l.Record.First.Time)
	if s.ICMP != nil {
		r.ICMP = s.ICMP.String()
	} else {
		r.Seq, r.Ack, r.Len, r.RawWindow = int64(s.Seq), int64(s.Ack), s.Len, s.Window
		l.window(r, s)
		l.note(r, s)
		l.recent[from].add(s)
	}
	for side := range l.states {
		r.Began[side], r.Passed[side] = l.states[side].advance(r.Frame)
		r.States[side] = l.states[side].now
	}
	l.findings(r)
	return r
}

// findings puts findings where their evidence is.
func (l *Ladder) findings(r *Row) {
	for i := range l.Record.Findings {
		f := &l.Record.Findings[i]
		for n, frame := range f.Frames {
			if frame == r.Frame {
				r.Evidence = append(r.Evidence, f)
				if n == len(f.Frames)-1 {
					r.Proves = append(r.Proves, f)
					l.proved[i] = true
				}
			}
		}
	}
}

// Rest returns the findings that no row proved: those without evidence, or with
// evidence elsewhere.
func (l *Ladder) Rest() (list []*model.Finding) {
	for i := range l.proved {
		if !l.proved[i] {
			list = append(list, &l.Record.Findings[i])
		}
	}
	return list
}

// Matters reports whether a frame is one to be shown in any case: it began a
// state, or is evidence.
func (r *Row) Matters() bool {
	return r.Began != [2]bool{} || len(r.Evidence) > 0 || r.ICMP != "" ||
		r.Flags.Any(segment.SYN|segment.FIN|segment.RST) || r.Has(WindowShut) || r.Has(WindowOpen)
}

// Until returns the end of observation, and how long it was after the last
// segment.
func (l *Ladder) Until() (end model.Time, quiet time.Duration) {
	end = l.Record.Last.Time
	for _, stays := range [][]model.Stay{l.Record.States.Client, l.Record.States.Server} {
		if n := len(stays); n > 0 && stays[n-1].Open {
			end = max(end, stays[n-1].Since+model.Time(stays[n-1].DurationS))
		}
	}
	return end, end.Sub(l.Record.Last.Time)
}

// track walks through the states of one endpoint.
type track struct {
	stays []model.Stay
	now   string
}

// advance goes on to what began up to a frame, and reports whether something did, and
// what of it is over: the segment that ended a state may be captured before the one that
// began it.
func (t *track) advance(frame int64) (began bool, passed []string) {
	for len(t.stays) > 0 && t.stays[0].Frame <= frame {
		if began {
			passed = append(passed, t.now)
		}
		t.now, t.stays, began = t.stays[0].State.String(), t.stays[1:], true
	}
	return began, passed
}

// scale is the window scale of one end (RFC 7323 §2).
type scale struct {
	known, offered bool
	shift          uint8
}

// window fills in what a segment advertises. The scale holds if both ends
// offered one.
func (l *Ladder) window(r *Row, s *conn.SegmentEvent) {
	own, peer := &l.scales[r.From], &l.scales[r.From.Peer()]
	if s.Flags.Has(segment.SYN) && !s.Options.Cut {
		*own = scale{true, s.Options.HasScale, min(s.Options.Scale, 14)}
	}
	switch {
	case s.Flags.Has(segment.SYN), s.Window == 0, own.known && !own.offered, peer.known && !peer.offered:
		r.Window, r.HasWindow = int64(s.Window), true
	case own.known && peer.known:
		r.Window, r.HasWindow = int64(s.Window)<<own.shift, true
	}
	if s.Flags.Any(segment.SYN | segment.RST) {
		return
	}
	switch zero := s.Window == 0; {
	case zero && !l.shut[r.From]:
		r.Notes = append(r.Notes, Note{Kind: WindowShut})
	case !zero && l.shut[r.From]:
		r.Notes = append(r.Notes, Note{Kind: WindowOpen})
	}
	l.shut[r.From] = s.Window == 0
}
