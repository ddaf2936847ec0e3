package ladders

import (
	"cmp"
	"time"

	"finwait/analyzer/ladder"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
)

// maxPicture bounds the segments of a connection that are drawn. text and jsonl
// know no such bound: they need not hold what they write.
const maxPicture = 4000

// picture is what is drawn of a connection.
type picture struct {
	ladder *ladder.Ladder
	rungs  []pictureRung
	more   int64 // segments beyond maxPicture
}

// pictureRung is one of three: a segment, a stretch that is left out, or a silence.
type pictureRung struct {
	row     *ladder.Row
	folded  *folded
	silence time.Duration
}

// pictures gathers connections. It is the half of a Writer that formats
// which draw have in common.
type pictures struct {
	all      bool
	limit    int // segments that are drawn; 0 stands for maxPicture
	list     []*picture
	folder   folder
	followUp *FollowUp
}

// Begin begins a connection.
func (p *pictures) Begin(l *ladder.Ladder) error {
	one := &picture{ladder: l}
	p.list = append(p.list, one)
	p.folder = folder{show: one.row, fold: one.fold}
	return nil
}

// Row takes a segment.
func (p *pictures) Row(r *ladder.Row) error {
	one := p.list[len(p.list)-1]
	switch {
	case len(one.rungs) >= cmp.Or(p.limit, maxPicture):
		one.more++
		return nil
	case p.all:
		return one.row(r)
	}
	return p.folder.add(r)
}

// End ends a connection.
func (p *pictures) End() error { return p.folder.end() }

// FollowUp takes what selects the connection elsewhere.
func (p *pictures) FollowUp(f *FollowUp) error {
	p.followUp = f
	return nil
}

func (p *picture) row(r *ladder.Row) error {
	if r.SinceLast >= longSilence {
		p.rungs = append(p.rungs, pictureRung{silence: r.SinceLast})
	}
	p.rungs = append(p.rungs, pictureRung{row: r})
	return nil
}

func (p *picture) fold(f *folded) error {
	c := *f
	c.rows = nil
	p.rungs = append(p.rungs, pictureRung{folded: &c})
	return nil
}

// delay returns how long segments were under way, where that is known: half the
// round trip of the handshake, in a capture at one of the ends.
func delay(r *model.Record) (oneWay time.Duration, at conn.Role) {
	if r.RTTS == nil || r.Vantage == nil {
		return 0, conn.NoRole
	}
	switch half := time.Duration(*r.RTTS / 2); *r.Vantage {
	case conn.VantageClient:
		return half, conn.Client
	case conn.VantageServer:
		return half, conn.Server
	}
	return 0, conn.NoRole
}

// stays returns the states of one side.
func stays(r *model.Record, side conn.Role) []model.Stay {
	if side == conn.Server {
		return r.States.Server
	}
	return r.States.Client
}

// stayWords words how long an endpoint was in a state.
func stayWords(s *model.Stay) string {
	bound := s.Bound
	return s.State.String() + " " + prose.Bounded(&s.DurationS, &bound)
}
