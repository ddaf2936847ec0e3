package ladder

import (
	"math"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// note fills in what is to be noticed of a segment, beside its window.
func (l *Ladder) note(r *Row, s *conn.SegmentEvent) {
	add := func(k NoteKind) { r.Notes = append(r.Notes, Note{Kind: k}) }
	switch {
	case s.Is(conn.Duplicate):
		add(DuplicateCapture)
		return
	case s.Is(conn.Probe) && s.ZeroProbe:
		add(ZeroWindowProbe)
	case s.Is(conn.Probe):
		add(KeepAlive)
	case s.Is(conn.Retransmit):
		add(Retransmission)
	case s.OutOfOrder:
		add(OutOfOrder)
	}
	switch {
	case s.DupACK:
		add(DuplicateACK)
	case s.ProbeReply:
		add(AnswersProbe)
	}
	switch {
	case s.Is(conn.DSACK):
		add(DSACK)
	case s.Options.SACKs > 0:
		add(SACK)
	}
	if s.Is(conn.Unseen) {
		add(AcknowledgesUnseen)
	}
	if s.Has(segment.RST) {
		l.noteRST(r, s)
		return
	}
	l.noteFIN(r, s)
}

// fin is what acknowledgments of one side's FIN are judged by.
type fin struct {
	known  bool
	placed bool
	after  int64 // the position behind it; valid iff placed
	frame  int64 // of the FIN; 0 if it was never captured
	acked  int64 // frame of its first acknowledgment
	taken  int64 // frame of the acknowledgment that the side took in; 0 where it is not known
	done   bool  // nothing more is to be said
}

// newFIN finds in the states of a side which acknowledgment it took in: the one
// that led out of where the FIN had led (RFC 9293 Figure 5).
func newFIN(f *model.FIN, stays []model.Stay, rst *model.RST) fin {
	if f == nil {
		return fin{}
	}
	out := fin{known: true}
	if f.Frame != nil {
		out.frame = *f.Frame
	}
	if f.ACKFrame != nil {
		out.acked = *f.ACKFrame
	}
	for i := range stays {
		switch stays[i].State {
		case tcpstate.FinWait1, tcpstate.Closing, tcpstate.LastAck:
			out.taken = math.MaxInt64 // unless something follows
		case tcpstate.FinWait2, tcpstate.TimeWait, tcpstate.Closed:
			if out.taken == math.MaxInt64 && (rst == nil || stays[i].Frame != rst.Frame) {
				out.taken = stays[i].Frame
			}
		}
	}
	return out
}

// noteFIN tells of acknowledgments of the other side's FIN: of the first, and as
// long as that side did not take one in, of all.
func (l *Ladder) noteFIN(r *Row, s *conn.SegmentEvent) {
	if f := &l.fins[r.From]; f.known && !f.placed && r.Frame == f.frame {
		f.placed, f.after = true, r.Seq+int64(r.Len)+1
	}
	f := &l.fins[r.From.Peer()]
	if !f.known || f.done || !s.Has(segment.ACK) {
		return
	}
	if !f.placed && f.frame == 0 && r.Frame == f.acked {
		f.placed, f.after = true, r.Ack
	}
	if !f.placed || r.Ack < f.after {
		return
	}
	r.Notes = append(r.Notes, Note{Kind: AcknowledgesFIN})
	switch {
	case f.taken == 0 || r.Frame >= f.taken:
		f.done = true
	default:
		r.Notes = append(r.Notes, Note{Kind: NotTakenIn})
	}
}

// noteRST tells what a reset answers, and whether it could be accepted.
func (l *Ladder) noteRST(r *Row, s *conn.SegmentEvent) {
	if !s.Is(conn.InWindow) && !s.Is(conn.Exact) {
		r.Notes = append(r.Notes, Note{Kind: OutsideWindow})
	}
	to := int64(0)
	rst := l.Record.RST
	switch {
	case rst != nil && rst.Frame == r.Frame:
		if rst.ReplyTo != nil {
			to = *rst.ReplyTo
		}
	case !s.Has(segment.ACK):
		to = l.recent[r.From.Peer()].asked(r.Seq)
	}
	if to != 0 {
		r.Notes = append(r.Notes, Note{Answers, to})
	}
}

// maxRecent is how many segments of a side are looked at for what a reset
// answers.
const maxRecent = 32

// recent is a ring of the latest segments of one side.
type recent struct {
	list [maxRecent]sent
	n    int
}

type sent struct {
	frame, ack int64
	asks       bool // it occupies sequence space, and so wants an answer
}

func (q *recent) add(s *conn.SegmentEvent) {
	if !s.Has(segment.ACK) || s.Has(segment.RST) {
		return
	}
	q.list[q.n%maxRecent] = sent{int64(s.Frame), int64(s.Ack), s.Len > 0 || s.Flags.Any(segment.SYN|segment.FIN)}
	q.n++
}

// asked returns the frame of the latest segment that acknowledged exactly up to
// ack, rather one that wants an answer; 0 where there is none.
func (q *recent) asked(ack int64) (frame int64) {
	for i := max(q.n-maxRecent, 0); i < q.n; i++ {
		if s := &q.list[i%maxRecent]; s.ack == ack && (s.asks || frame == 0) {
			frame = s.frame
		}
	}
	return frame
}
