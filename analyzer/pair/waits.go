package pair

import (
	"finwait/analyzer/model"
	"finwait/reassembly/frame"
)

// waits sums up where the time went between payload of the end that opened and the answer
// of the other: on the way there, at the host, and on the way back.
type waits struct {
	turns       int64
	host        frame.Time    // by the clock of the host's own capture alone
	there, back frame.Time    // sums of B's time minus A's
	at          frame.Time    // of the latest turn, by A's clock
	asked       [2]frame.Time // when the latest payload passed each capture; valid iff open
	askedEnd    number        // the sequence number behind what arrived of it so far
	open        bool
	sent        frame.Time // when the latest payload of who asks was sent first
	sentEnd     uint32     // and the sequence number behind it
	answered    frame.Time // when the first payload of the answer was sent first; 0 where it was not
}

// leaves takes in payload at its sender, whether it arrives or not: what is lost and sent
// again took the network so long, not the host.
func (w *waits) leaves(s *seg, again bool) {
	switch {
	case s.dir == 0 && !again:
		w.sent, w.sentEnd = s.at, s.end()
	case s.dir == 1 && w.open && w.answered == 0:
		w.answered = s.at
	}
}

// see takes in payload that is in both captures; host is the capture that is nearer to
// who answers.
func (w *waits) see(s *seg, at [2]frame.Time, host int) {
	if s.dir == 0 {
		if w.askedEnd.known && !before(w.askedEnd.value, s.end()) {
			return // it had arrived before
		}
		w.askedEnd = number{s.end(), true}
		w.asked, w.open, w.answered = at, true, 0
		if s.end() == w.sentEnd {
			w.asked[1-host] = w.sent
		}
		return
	}
	if !w.open || w.answered == 0 || w.answered < w.asked[host] {
		return // it crossed the question
	}
	at[host] = w.answered
	took := w.answered - w.asked[host]
	w.open = false
	w.turns++
	w.host += took
	w.there += w.asked[1] - w.asked[0]
	w.back += at[1] - at[0]
	w.at = at[0]
}

// Waits is where the time went while the client waited for answers.
type Waits struct {
	Turns  int64          `json:"turns" about:"payload of the client, and what the server sent next"`
	ThereS *model.Seconds `json:"network_there_s" about:"sum; null where the clocks are not known"`
	HostS  model.Seconds  `json:"host_s" about:"sum, from the arrival of the last payload of the client to the first of the server"`
	BackS  *model.Seconds `json:"network_back_s"`
}

// result returns what is told of w; near is the capture of who asks.
func (w *waits) result(o *Offset, near int) *Waits {
	if w.turns == 0 {
		return nil
	}
	out := &Waits{Turns: w.turns, HostS: model.Seconds(w.host)}
	if o.Known {
		off := o.Of(w.at) * frame.Time(w.turns)
		there, back := w.there-off, w.back-off
		if near == 0 {
			back = -back
		} else {
			there = -there
		}
		t, b := model.Seconds(max(there, 0)), model.Seconds(max(back, 0))
		out.ThereS, out.BackS = &t, &b
	}
	return out
}

func (w *writer) waits(v *waits) {
	w.Signed(v.turns)
	for _, t := range [...]frame.Time{v.host, v.there, v.back, v.at} {
		w.time(t)
	}
}

func (r *reader) waits() (v waits) {
	v.turns = r.Signed()
	v.host, v.there, v.back, v.at = r.time(), r.time(), r.time(), r.time()
	return v
}
