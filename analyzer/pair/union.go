package pair

import (
	"slices"

	"finwait/analyzer/model"
	"finwait/reassembly"
	"finwait/reassembly/conn"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Where neither capture alone holds all of a connection, its states are derived from the
// segments of both, each once, and from what became of them.

// union is a connection as both captures together show it. Its segments are numbered in the
// order in which they were first seen; sides are directions.
type union struct {
	head conn.Head
	n    uint32
	late uint64 // bit n-1 is set where segment n, of the first 64, was first seen near its receiver
}

// addToUnion takes in a segment of a capture that is not known from the other one.
func (k *link) addToUnion(e *engine, c int, p *pend) {
	s, from := &e.segment, k.legs[c].ends
	s.Src, s.Dst = from[p.dir^k.legs[c].flip], from[1-p.dir^k.legs[c].flip]
	s.Seq, s.Ack, s.Flags, s.PayloadLen = seqnum.Value(p.seq), seqnum.Value(p.ack), p.flags, p.len
	s.Window, s.TTL, s.IPID, s.Is4 = p.window, p.ttl, p.id, p.is(is4)
	s.Options.HasTimestamps, s.Options.TSVal, s.Options.TSEcr = p.is(hasTS), p.tsVal, p.tsEcr
	if k.union.n++; k.union.n == 1 {
		e.store.Open(&k.union.head, s, p.dir)
	}
	if p.n = k.union.n; c != k.sender(p.dir) {
		k.union.late |= 1 << (p.n - 1)
	}
	e.plain = e.plain || !p.flags.Any(segment.SYN|segment.FIN|segment.RST)
	e.store.Add(&k.union.head, frame.Frame{Number: int(p.n), Time: p.time}, s, p.dir)
}

// dropUnion gives up the union of a link.
func (k *link) dropUnion(e *engine) {
	if k.story != nil && k.union.n > 0 {
		e.store.Release(&k.union.head)
		k.union = union{}
	}
}

// patchy reports whether a capture lacks some of a link.
func (k *link) patchy(e *engine) bool {
	if k.legs[0] == nil || k.legs[1] == nil || k.union.n == 0 {
		return false
	}
	first, last := e.store.First(&k.union.head), e.store.Last(&k.union.head)
	for c := range k.legs {
		begin, end := e.span(c)
		if k.flows[0].lacks[c]+k.flows[1].lacks[c] > 0 || begin > first+e.patience() || end < last {
			return true
		}
	}
	return false
}

// derive works out the states of both ends of a link, by direction, from their union.
func (k *link) derive(e *engine) (out [2][]model.Stay) {
	h := &k.union.head
	if h.Ended = e.store.Over(h); h.Ended == conn.EndNone {
		h.Ended = conn.EndCapture
		h.Bound(e.now)
	} else {
		h.Bound(min(e.now, e.store.Last(h)+frame.Time(reassembly.FinalAfter)))
	}
	v := e.store.Value(h)
	v.Plain = e.plain
	c := e.deriver.Derive(&v)[0]
	client := uint8(0)
	if c.Addr[conn.Client] != h.Addr[0] {
		client = 1
	}
	c.Weigh(&fates{k, e, c, client, k.note(), e.missing()})
	for r := range conn.Role(2) {
		for _, s := range c.States(r) {
			out[uint8(r)^client] = append(out[uint8(r)^client], model.Stay{
				State: s.State, Since: s.Since, DurationS: model.Seconds(s.For), Bound: s.Bound, Open: s.Open,
			})
		}
	}
	return out
}

// fates answers what an end took in by what became of the segments of a link.
type fates struct {
	link    *link
	engine  *engine
	conn    *conn.Conn
	client  uint8 // the direction of what the client sends
	notes   *notes
	missing Missing // as far as is known yet
}

// Receipt says that a segment came in the shortest time that others took, unless it was lost,
// or may have been.
func (f *fates) Receipt(r conn.Role, frame int64) conn.Receipt {
	m, n := f.conn.MarkOf(frame), uint32(frame) // as the union counts
	dir := m.Side ^ f.client
	sender := f.link.sender(dir)
	least, _ := f.engine.delayRange(&f.link.flows[dir], sender == 0)
	left := m.Time
	if f.link.union.late>>(n-1)&1 != 0 {
		left -= least
	}
	if m.By(r) {
		if f.notes.forged[dir].has(n) || f.notes.foreign[dir].has(n) {
			return conn.Receipt{Fate: conn.Lost}
		}
		return conn.Receipt{Fate: conn.WasThere, At: left}
	}
	out := conn.Receipt{Fate: conn.WasThere, At: left + least}
	begin, end := f.engine.span(1 - sender)
	switch lost, weakly := &f.notes.lost[dir], &f.notes.weakly[dir]; {
	case lost.has(n) || weakly.has(n) && f.missing.fateOf(Lost, true, sender) == Lost:
		out.Fate = conn.Lost
	case weakly.has(n) || lost.n+weakly.n > mostNoted || out.At < begin || out.At > end:
		out.Fate = conn.NotKnown
	}
	return out
}

// has reports whether what has a number in the union is among the first few.
func (n *noted) has(number uint32) bool {
	return slices.ContainsFunc(n.first, func(r row) bool { return r.n == number })
}
