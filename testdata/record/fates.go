//go:build record

package main

import (
	"cmp"
	"slices"
	"time"
)

// Fates as CONTRACT names them: what became of a segment between the captures.
const (
	fateDelivered   = "delivered"
	fateLost        = "lost"
	fateForged      = "forged"
	fateDuplicated  = "duplicated"
	fateNotCaptured = "not-captured"
)

// A fateRow is one segment of the truth: its frame in each file, 0 for none.
type fateRow struct {
	a, b     int
	toServer bool
	fate     string
	did      string    // what the bridge did
	in, out  time.Time // when the bridge read and wrote it; zero for what it made up or dropped
	order    int64     // when it was at the client
}

// A fateTeller derives rows from passages and from what edits left.
type fateTeller struct {
	path path
	ends [2]*edited // the client's, the server's
	rows []fateRow
	seen map[[3]int]bool // frames and direction, of merged segments
}

// tell returns the rows in the order of the client's capture.
func (f *fateTeller) tell(passages []passage) []fateRow {
	f.seen = map[[3]int]bool{}
	for _, p := range passages {
		f.passage(p)
	}
	slices.SortStableFunc(f.rows, func(x, y fateRow) int { return cmp.Compare(x.order, y.order) })
	return f.rows
}

func (f *fateTeller) passage(p passage) {
	toServer := p.log.from.toServer
	sender := f.numberOf(!toServer, p.sender)
	var arrived []*sent
	frames := map[*sent]int{} // raw
	written := false
	var first *sent
	for i, s := range p.log.sent {
		at := p.receivers[i]
		if s.forged {
			f.forged(s, at)
			continue
		}
		if s.err != nil || s.out.IsZero() {
			continue
		}
		written = true
		if first == nil || s.out.Before(first.out) {
			first = s
		}
		if f.numberOf(s.toServer, at) > 0 {
			arrived = append(arrived, s)
			frames[s] = at
		}
	}
	slices.SortStableFunc(arrived, func(x, y *sent) int { return cmp.Compare(frames[x], frames[y]) })
	row := fateRow{toServer: toServer, did: p.log.did(), in: p.log.from.in}
	switch {
	case !written:
		row.fate = fateNotCaptured
		if sender > 0 && f.isCovered(f.timeOf(!toServer, p.sender)) {
			row.fate = fateLost
		}
		f.add(row, p.sender, -1)
	case len(arrived) == 0:
		row.fate, row.out = fateNotCaptured, first.out
		f.add(row, p.sender, -1)
	}
	for i, s := range arrived {
		row.out, row.fate = s.out, fateDelivered
		at := p.sender
		if i > 0 {
			row.fate, at = fateDuplicated, -1
		} else if sender == 0 {
			row.fate = fateNotCaptured
		}
		if row.fate == fateDuplicated && !f.isCovered(f.timeOf(toServer, frames[s])) {
			row.fate = fateNotCaptured
		}
		f.add(row, at, frames[s])
	}
}

func (f *fateTeller) forged(s *sent, at int) {
	if f.numberOf(s.toServer, at) == 0 {
		return
	}
	row := fateRow{toServer: s.toServer, fate: fateForged, did: "forged", out: s.out}
	if !f.isCovered(f.timeOf(s.toServer, at)) {
		row.fate = fateNotCaptured
	}
	f.add(row, -1, at)
}

// add adds a row for frames before any edit, unless neither file has them or
// the row is there.
func (f *fateTeller) add(row fateRow, sender, receiver int) {
	a, b := sender, receiver
	if !row.toServer {
		a, b = receiver, sender
	}
	row.a, row.b = f.numberOf(false, a), f.numberOf(true, b)
	if row.a == 0 && row.b == 0 {
		return
	}
	key := [3]int{row.a, row.b, index(row.toServer)}
	if f.seen[key] {
		return
	}
	f.seen[key] = true
	switch {
	case a >= 0:
		row.order = f.ends[0].frames[a].time
	case row.toServer:
		row.order = f.ends[1].frames[b].time - int64(f.path.delayTo(true))
	default:
		row.order = f.ends[1].frames[b].time + int64(f.path.delayTo(false))
	}
	f.rows = append(f.rows, row)
}

// numberOf returns the number of a frame in a side's file.
func (f *fateTeller) numberOf(server bool, at int) int {
	if at < 0 {
		return 0
	}
	return f.ends[index(server)].number[at]
}

func (f *fateTeller) timeOf(server bool, at int) int64 { return f.ends[index(server)].frames[at].time }

// isCovered reports whether both files cover a moment.
func (f *fateTeller) isCovered(t int64) bool {
	for _, e := range f.ends {
		if t < e.first || t > e.last {
			return false
		}
	}
	return true
}
