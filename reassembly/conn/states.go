package conn

import (
	"slices"
	"time"

	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/tcpstate"
)

// The states of an endpoint are not on the wire; they follow from what it sent,
// which is proof at once, and from what it took in, which has to be proved by
// what it did later. Each proven fact becomes a step, and the steps, in the
// order in which the endpoint lived through them, walk through Figure 5.

// step is one event of an endpoint's life.
type step struct {
	event tcpstate.Event
	at    int        // index of the mark after which it lies: the order of steps
	since frame.Time // when
	frame int64      // the segment that brought it about
	loose bool       // since is a bound: the event itself was not captured
	reap  bool       // a reply RST: the socket was gone by then, since when is not known
}

const maxSteps = 12

// steps gathers the events of one endpoint.
type steps struct {
	list [maxSteps]step
	n    int
	far  bool // what was captured in one order may have come in another
}

// add puts s in its place.
func (l *steps) add(s step) {
	if l.n == maxSteps {
		return
	}
	i := l.n
	for i > 0 && l.before(&s, &l.list[i-1]) {
		l.list[i] = l.list[i-1]
		i--
	}
	l.list[i] = s
	l.n++
}

// forget takes out what mark i said of the close: it reached no socket.
func (l *steps) forget(i int) {
	l.n = len(slices.DeleteFunc(l.list[:l.n], func(s step) bool {
		return s.at == i && (s.event == tcpstate.RecvACKofFIN || s.event == tcpstate.RecvFIN)
	}))
}

// before reports whether a comes before b: by mark. An acknowledgment comes before
// the FIN in the same segment (RFC 9293 §3.10.7.4); which of two segments came first
// to a far end, its time tells, for what a RecvFIN lies behind may have been under
// way when the acknowledgment was captured.
func (l *steps) before(a, b *step) bool {
	if a.event == tcpstate.RecvFIN && b.event == tcpstate.RecvACKofFIN && l.far && a.since != b.since {
		return a.since < b.since
	}
	if a.at != b.at {
		return a.at < b.at
	}
	return a.event == tcpstate.RecvACKofFIN && b.event == tcpstate.RecvFIN
}

// deriveStates walks r through its states.
func (c *Conn) deriveStates(r Role) {
	l := steps{far: (c.hop[r] > 0 || c.receipts != nil) && c.counters.seen&sawClockStep == 0}
	if c.filtered() {
		c.filteredSteps(r, &l)
	} else {
		c.openingSteps(r, &l)
		c.closingSteps(r, &l)
	}
	c.resetSteps(r, &l)
	c.walk(r, &l)
}

// walk turns the steps of r into its stays.
func (c *Conn) walk(r Role, l *steps) {
	state := tcpstate.Closed
	if !c.sentSYN(r) {
		state = c.firstState(r)
		c.beginStay(r, state, step{since: c.First.Time, frame: c.First.Frame})
	}
	for i := 0; i < l.n; i++ {
		s := &l.list[i]
		to, moved := state.Next(s.event)
		if !moved && state == tcpstate.Unknown && s.event == tcpstate.SendRST {
			to, moved = tcpstate.Closed, true
		}
		if !moved {
			continue
		}
		state = to
		if i+1 < l.n && l.list[i+1].at == s.at { // FIN-WAIT-1 to TIME-WAIT in one segment
			if via, ok := state.Next(l.list[i+1].event); ok && state == tcpstate.FinWait2 {
				state = via
				i++
			}
		}
		c.beginStay(r, state, *s)
	}
	c.closeLastStay(r)
}

// sentSYN reports whether the capture holds a SYN of r.
func (c *Conn) sentSYN(r Role) bool { return c.endpoint(r).hasSYN }

// firstState is the state in which an endpoint without a captured SYN is met.
func (c *Conn) firstState(r Role) tcpstate.State {
	if c.endpoint(r).packets == c.endpoint(r).rsts || c.sentSYN(r.Peer()) && c.Handshake != HandshakeNotCaptured && c.Handshake != HandshakeComplete {
		return tcpstate.Unknown
	}
	return tcpstate.Established
}

// beginStay begins a stay of r.
func (c *Conn) beginStay(r Role, state tcpstate.State, s step) {
	n := len(c.stays[r])
	if n == maxStays {
		return
	}
	if n > 0 {
		last := &c.stays[r][n-1]
		s.since = max(s.since, last.Since)
		last.For, last.Bound = c.unlessGap(last.Since, s.since, last.Bound)
		switch {
		case s.reap:
			last.Bound = AtMost
		case s.loose && last.Bound == ExactBound:
			last.Bound = AtMost
		}
	}
	stay := Stay{State: state, Since: s.since, Frame: s.frame}
	if s.loose {
		stay.Bound = AtLeast
	}
	c.stays[r] = append(c.stays[r], stay)
}

// closeLastStay closes the last stay, which lasts at least to the end of observation,
// and bounds the first where the capture began in it.
func (c *Conn) closeLastStay(r Role) {
	n := len(c.stays[r])
	if n == 0 {
		c.beginStay(r, tcpstate.Unknown, step{since: c.First.Time, frame: c.First.Frame})
		n = 1
	}
	last := &c.stays[r][n-1]
	until := c.Until
	if last.State != tcpstate.TimeWait && last.State != tcpstate.Closed {
		until = c.KnownUntil(max(last.Since, c.Last.Time), until)
	}
	last.For, last.Bound, last.Open = max(until.Sub(last.Since), 0), AtLeast, true
	if !c.sentSYN(r) && c.stays[r][0].Bound == ExactBound {
		c.stays[r][0].Bound = AtLeast
	}
}

// openingSteps finds what r did and took in until it was ESTABLISHED.
func (c *Conn) openingSteps(r Role, l *steps) {
	own := c.firstSYN(r)
	if own < 0 {
		return
	}
	if !c.Marks[own].Has(segment.ACK) {
		l.add(c.step(r, tcpstate.SendSYN, own))
	} else {
		c.tookSYN(r, own, tcpstate.RecvSYN, l)
		c.askedAnew(r, own, l)
	}
	if i := c.answerSYN(r, own); i >= 0 && !c.Marks[own].Has(segment.ACK) { // simultaneous open
		c.tookSYN(r, i, tcpstate.RecvSYN, l)
	} else if !c.Marks[own].Has(segment.ACK) {
		if i := c.firstProof(r, 1, own); i >= 0 && !c.Marks[i].Has(segment.SYN) {
			c.tookSYN(r, i, tcpstate.RecvSYNACK, l)
		}
		return
	}
	c.tookACKofSYN(r, l)
}

// askedAnew adds that r, in SYN-RECEIVED, was reset and took the same SYN in once more: its
// next SYN,ACK has another initial sequence number.
func (c *Conn) askedAnew(r Role, own int, l *steps) {
	const most = 3
	for n := 0; n < most; n++ {
		again := -1
		for _, i := range c.index.syns[r].list() {
			if int(i) > own && c.Marks[i].Has(segment.ACK) && c.Marks[i].Seq != c.Marks[own].Seq {
				again = int(i)
				break
			}
		}
		if again < 0 {
			return
		}
		rst := c.firstBetween(own, again, r.Peer(), func(m *Mark) bool { return m.Has(segment.RST) && m.Seq == 1 })
		if rst < 0 || c.firstBetween(rst, again, r.Peer(), func(m *Mark) bool { return m.Has(segment.SYN) }) < 0 {
			return
		}
		l.add(c.step(r, tcpstate.RecvRST, rst))
		c.tookSYN(r, again, tcpstate.RecvSYN, l)
		own = again
	}
}

// answerSYN returns r's SYN,ACK that followed its bare SYN, or -1.
func (c *Conn) answerSYN(r Role, own int) int {
	for _, i := range c.index.syns[r].list() {
		if int(i) > own && c.Marks[i].Has(segment.ACK) {
			return int(i)
		}
	}
	return -1
}

// tookSYN adds that r, as its segment proof shows, took its peer's SYN in.
func (c *Conn) tookSYN(r Role, proof int, event tcpstate.Event, l *steps) {
	at := c.arrived(r, proof, func(m *Mark) bool { return m.Has(segment.SYN) })
	unseen := at < 0
	if unseen {
		at = proof
	}
	s := c.step(r, event, at)
	s.loose = unseen
	if own := c.firstSYN(r); own >= 0 && !c.Marks[own].Has(segment.ACK) {
		s = c.after(r, s, own)
	}
	l.add(s)
}

// tookACKofSYN adds that r, in SYN-RECEIVED, took in the acknowledgment of its
// SYN. Repeating its SYN,ACK denies it; sending anything else proves it, unless that goes on.
func (c *Conn) tookACKofSYN(r Role, l *steps) {
	at := c.acceptedACK(r, 1, func(m *Mark) bool { return m.Has(segment.SYN) })
	if e := c.endpoint(r.Peer()); e.retransmits > 0 && e.dataSegments > 1 && e.sndUna <= 1 {
		at = -1 // a full accept queue drops the ACK, and the payload that follows it
	}
	unseen, again := false, c.lastSYN(r)
	for _, k := range c.index.of[r].list() {
		i, m := int(k), &c.Marks[k]
		if m.Flags.Any(segment.SYN|segment.RST) || !m.Has(segment.ACK) {
			continue
		}
		if again > i && m.Len == 0 && !m.Has(segment.FIN) && c.Marks[again].Time.Sub(m.Time) > c.Allowance(r) {
			continue // a challenge ACK, in answer to a SYN that was sent again
		}
		if at < 0 || i < at {
			if j := c.lastBefore(i, r.Peer(), func(o *Mark) bool { return o.Covers(1) && !o.Has(segment.SYN) }); j >= 0 {
				at = j
			} else if at < 0 {
				at, unseen = i, true
			}
		}
		break
	}
	if at >= 0 {
		s := c.step(r, tcpstate.RecvACKofSYN, at)
		s.loose = unseen
		l.add(s)
	}
}

// closingSteps finds when r sent its FIN, when it took its peer's in, and when
// the acknowledgment of its own.
func (c *Conn) closingSteps(r Role, l *steps) {
	own, peer := &c.FIN[r], &c.FIN[r.Peer()]
	if own.Known {
		if s, ok := c.sentFIN(r, own); ok {
			l.add(s)
		}
		if i := c.acceptedACK(r, own.Pos+1, c.isFIN); i >= 0 {
			l.add(c.step(r, tcpstate.RecvACKofFIN, i))
		} else if s, ok := c.unrepeated(own); ok {
			l.add(s)
		}
	}
	if peer.Known {
		c.tookFIN(r, peer, l)
	}
}

// unrepeated returns the step that a FIN was acknowledged although no acknowledgment was
// captured: a kernel would have sent it again (RFC 6298 §5), and did not in a time that is
// longer than any first retransmission timeout on that path.
func (c *Conn) unrepeated(fin *FIN) (s step, ok bool) {
	patience := max(3*time.Second, 8*c.RTT)
	until := c.Until
	if c.RST.Ended {
		until = min(until, c.RST.Time)
	}
	by := fin.Time + frame.Time(patience)
	if fin.Implied || fin.Acked || fin.Retransmissions > 0 || c.counters.seen&sawClockStep != 0 || until < by || c.Gap(fin.Time, by) {
		return step{}, false
	}
	at := c.indexOf(fin.Frame)
	if at < 0 || c.fate(Role(c.Marks[at].Side).Peer(), at) == Lost {
		return step{}, false
	}
	for at+1 < len(c.Marks) && c.Marks[at+1].Time <= by {
		at++
	}
	return step{event: tcpstate.RecvACKofFIN, at: at, since: by, frame: fin.Frame, loose: true}, true
}

// sentFIN returns the step with which r sent its FIN, if it is known when. A segment
// that goes on from behind the FIN and was captured before it says that it had been
// sent by then.
func (c *Conn) sentFIN(r Role, fin *FIN) (s step, ok bool) {
	at := c.indexOf(fin.Frame)
	if fin.Implied {
		at = c.indexOf(fin.ACKFrame)
	}
	if at < 0 {
		return step{}, false
	}
	behind := c.firstBetween(-1, at, r, func(m *Mark) bool { return m.Seq > fin.Pos && !m.Has(segment.RST) })
	switch {
	case behind >= 0:
		at = behind
	case !fin.Implied:
		return c.step(r, tcpstate.SendFIN, at), true
	}
	s = c.step(r, tcpstate.SendFIN, at)
	s.loose = true
	if fin.Implied || !c.repeatsACK(r, at) {
		s.at-- // it closed before it took in what it acknowledges here
	}
	return s, true
}

// tookFIN adds that r took in the peer's FIN, which counts at its sequence
// position: when the last octet before it had come as well. The proof is r's
// own acknowledgment; its earlier segments that do not yet acknowledge the FIN
// say that it had not come by then.
func (c *Conn) tookFIN(r Role, fin *FIN, l *steps) {
	proof := c.firstProof(r, fin.Pos+1, -1)
	if proof < 0 {
		if i, behind := c.tookInSilence(r, fin); i >= 0 {
			l.add(c.after(r, c.step(r, tcpstate.RecvFIN, i), behind))
		}
		return
	}
	first := 0
	if !fin.Implied {
		first = c.indexOf(fin.Frame)
	}
	late := c.lastBefore(proof, r, func(m *Mark) bool { return m.Has(segment.ACK) && !m.Has(segment.RST) })
	if late < first {
		late = -1
	}
	at := c.arrived(r, proof, c.isFIN)
	if late >= 0 {
		if i := c.filled(r, late, proof); i >= 0 {
			at = i
		}
	}
	if at < 0 {
		s := c.step(r, tcpstate.RecvFIN, proof)
		s.loose = fin.Implied || c.receipts != nil
		s.at-- // before what it sent with it, perhaps its own FIN
		l.add(s)
		return
	}
	l.add(c.after(r, c.step(r, tcpstate.RecvFIN, at), late))
}

// resetSteps adds the reset that ended r: taken in, or sent, whichever was first for
// r. Resets that cross were captured in an order that is only the capture's.
func (c *Conn) resetSteps(r Role, l *steps) {
	if !c.Reset() {
		return
	}
	sent, to, hasSent := c.sentRST(r)
	took, hasTaken := c.tookRST(r)
	switch {
	case hasSent && (!hasTaken || sent.since <= took.since):
		if to >= 0 && c.Marks[to].Len == 0 { // Linux answers payload with a reset where only the process has gone
			l.forget(to)
		}
		l.add(sent)
	case hasTaken:
		l.add(took)
	}
}

// sentRST returns the step with which r's own reset ended it, and the mark that it answers
// because there was no socket for it, -1 where there is none.
func (c *Conn) sentRST(r Role) (s step, to int, ok bool) {
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.By(r) || !m.Has(segment.RST) || c.fate(r, i) == Lost {
			continue
		}
		if c.sentSYN(r) && m.Seq < 0 && !m.Is(RawZero) { // of the previous incarnation
			continue
		}
		kind, answered := c.rstKind(i)
		if kind == RSTForeign || c.next(i, r, c.Allowance(r)) != nil {
			continue
		}
		s = c.step(r, tcpstate.SendRST, i)
		if to = -1; kind == RSTReply {
			s.reap, to = true, c.indexOf(answered)
		}
		s.at = c.before(r, s, c.indexOf(answered))
		return s, to, true
	}
	return step{}, -1, false
}

// tookRST returns the step with which a reset of its peer ended r.
func (c *Conn) tookRST(r Role) (s step, ok bool) {
	for i := range c.Marks {
		m := &c.Marks[i]
		if !m.By(r) && m.Has(segment.RST) && c.acceptable(i) && c.accepted(i) && !c.unreachable(r, i) {
			last := c.lastBefore(len(c.Marks), r, func(m *Mark) bool { return !m.Has(segment.RST) })
			return c.after(r, c.step(r, tcpstate.RecvRST, i), last), true
		}
	}
	return step{}, false
}

// step makes a step of r's life of mark i.
func (c *Conn) step(r Role, e tcpstate.Event, i int) step {
	return step{event: e, at: i, since: c.seenBy(r, i), frame: c.Marks[i].Frame}
}

// after puts a step behind mark i, which r provably sent before it; -1 is none.
func (c *Conn) after(r Role, s step, i int) step {
	if i > s.at {
		s.at, s.since = i, max(s.since, c.seenBy(r, i))
	}
	return s
}

// before returns the place of a step that r took by itself among the marks: what
// was captured earlier may have reached r only after it, unless it is the
// segment that r answers, mark cause.
func (c *Conn) before(r Role, s step, cause int) int {
	own := c.lastBefore(s.at, r, func(*Mark) bool { return true })
	for j := max(own, cause) + 1; j < s.at; j++ {
		if !c.Marks[j].By(r) && c.seenBy(r, j) > s.since {
			return j - 1
		}
	}
	return s.at
}
