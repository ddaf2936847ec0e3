package conn

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/payload"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Store holds what belongs to connections beside their heads, in tables that hold no
// pointers. It is used from one goroutine; a Value of it may be read from another.
type Store struct {
	Shared   int  // connections that segments of several VLANs or tunnels share so far
	CountAll bool // connections have counters from their first segment on

	logs     logs
	counters slab.Slab[counters]
	viewed   slab.Slab[views]
	shut     slab.Slab[shut]
	more     slab.Slab[moreTokens]
	holes    slab.Slab[holes]
	windows  slab.Slab[windows]
	payload  *payload.Store

	views   bool // kept where there are counters: flag sequences, and what Zeek would say
	scratch segment.Segment
}

// NewStore returns a Store without connections. With views the flag sequence and
// Zeek's view can be told of every Conn; keeping them where there are counters takes
// a tenth of the time.
func NewStore(views bool) *Store {
	return &Store{logs: newLogs(), payload: payload.NewStore(), views: views}
}

// Open makes h a connection without segments, on the 4-tuple of s, which comes from a
// side.
func (x *Store) Open(h *Head, s *segment.Segment, side uint8) {
	*h = Head{Addr: [2]segment.Endpoint{s.Src, s.Dst}, Path: s.Path, Is4: s.Is4}
	if side == 1 {
		h.Addr = [2]segment.Endpoint{s.Dst, s.Src}
	}
	h.scale = [2]int8{-1, -1}
	if s.Options.Multipath && !s.Flags.Has(segment.SYN) {
		h.Multipath = bothSides
	}
}

// Add takes in the next segment of a connection, sent from a side.
func (x *Store) Add(h *Head, f frame.Frame, s *segment.Segment, side uint8) {
	if h.counters == 0 {
		if fits, orderly := h.fits(s, side); fits && !x.CountAll {
			x.log(h, f, s, side, orderly)
			return
		}
		x.Count(h)
	}
	c := x.counters.At(h.counters)
	var m Mark
	fresh := x.count(h, c, x.logs.Of(&h.log), f, s, side, &m)
	if fresh > 0 {
		x.addPayload(h, f, s, side, m.Seq, fresh)
	}
	if h.payload != 0 {
		x.followStalls(h, &m, fresh, c.ends[side].zeroWindow)
	}
	x.logs.add(&h.log).set(&m)
}

// log takes in a segment that fits into the log of h.
func (x *Store) log(h *Head, f frame.Frame, s *segment.Segment, side uint8, orderly bool) {
	if orderly {
		h.advance(s, side)
	} else {
		h.odd = true
	}
	g := x.logs.add(&h.log)
	h.entry(g, f, s, side)
	if orderly && s.PayloadLen > 0 {
		x.addPayload(h, f, s, side, g.pos(), int64(s.PayloadLen))
	}
}

// addPayload passes on payload of which some had not come before.
func (x *Store) addPayload(h *Head, f frame.Frame, s *segment.Segment, side uint8, at seqnum.Offset, fresh int64) {
	x.payload.Add(&h.payload, &payload.Piece{
		Time: f.Time, Frame: int64(f.Number), Side: side, Size: s.PayloadLen, Octets: s.Payload, At: at, Fresh: fresh,
	})
}

// Count gives a connection counters, from its log, if it has none.
func (x *Store) Count(h *Head) {
	if h.counters != 0 {
		return
	}
	var list [maxOrderly]entry
	n := copy(list[:], x.logs.Of(&h.log))
	i, c := x.counters.Alloc()
	c.reset()
	h.log.N = 0
	x.scratch.Path = h.Path
	for k := range n {
		var m Mark
		x.replay(h, c, x.logs.Of(&h.log), &list[k], &m)
		x.logs.add(&h.log).set(&m)
	}
	h.counters = i
}

// replay counts a segment that was logged without counters, behind those of list. The
// path of the scratch segment must be that of h.
func (x *Store) replay(h *Head, c *counters, list []entry, g *entry, m *Mark) {
	f, side := h.restore(g, &x.scratch)
	if x.views {
		x.scratch.Src, x.scratch.Dst = h.Addr[side], h.Addr[1-side]
	}
	x.count(h, c, list, f, &x.scratch, side, m)
}

// Over says whether a connection has ended by itself: both FINs acknowledged, or an
// RST that its receiver had to accept.
func (x *Store) Over(h *Head) End {
	if h.counters != 0 {
		return x.counters.At(h.counters).over()
	}
	if !h.odd && h.closed() {
		return EndClosed
	}
	return EndNone
}

// End takes in that a connection has ended. Segments that come after it are counted.
func (x *Store) End(h *Head, why End) {
	if h.odd {
		x.Count(h)
	}
	h.Ended, h.EndedAt = why, x.Last(h)
}

// Revive takes in that a connection goes on which a reset seemed to have ended.
func (x *Store) Revive(h *Head) {
	c := x.counters.At(h.counters)
	c.ends[0].resets, c.ends[1].resets = 0, 0
	h.Ended = EndNone
}

// Reset reports whether a reset came that its receiver had to accept.
func (x *Store) Reset(h *Head) bool {
	if h.counters == 0 {
		return false
	}
	c := x.counters.At(h.counters)
	return c.ends[0].resets+c.ends[1].resets > 0
}

// Last returns the time of a connection's last segment.
func (x *Store) Last(h *Head) frame.Time { return x.logs.Last(&h.log).time }

// First returns the time of a connection's first segment.
func (x *Store) First(h *Head) frame.Time { return x.logs.Of(&h.log)[0].time }

// Latest returns the latest timestamp in a connection's log.
func (x *Store) Latest(h *Head) (latest frame.Time) {
	latest = x.Last(h)
	for _, g := range x.logs.Of(&h.log) {
		latest = max(latest, g.time)
	}
	return latest
}

// Usage says for how many at a time a Store ever had room.
type Usage struct{ Logs, Counters, Holes, Turns, Tokens int }

// Usage returns that of x.
func (x *Store) Usage() (u Usage) {
	for i := range x.logs.Store {
		u.Logs += x.logs.Store[i].Used()
	}
	u.Counters, u.Holes, u.Turns, u.Tokens = x.counters.Used(), x.holes.Used(), x.payload.Used(), x.more.Used()
	return u
}

// Value returns a connection with all that belongs to it. It is valid, in any
// goroutine, until the connection takes in another segment or is released.
func (x *Store) Value(h *Head) Value {
	v := Value{
		head: h, log: x.logs.Of(&h.log), counters: x.counters.Find(h.counters),
		payload: x.payload.Value(h.payload), windows: x.windows.Find(h.stalls),
	}
	if c := v.counters; c != nil {
		x.findViews(&v)
		v.shut = x.shut.Find(c.shut)
		v.holes = [2]*holes{x.holes.Find(c.ends[0].holes), x.holes.Find(c.ends[1].holes)}
	}
	return v
}

// ReadAhead loads what Value and Derive will read of connections into the caches of the
// processor, of all at a time, see slab.Slab.ReadAhead.
func (x *Store) ReadAhead(list []*Head) (sum uint64) {
	for _, h := range list {
		sum += x.logs.ReadAhead(&h.log) + x.payload.ReadAhead(h.payload)
	}
	for _, h := range list {
		sum += x.payload.ReadMessagesAhead(h.payload)
	}
	return sum
}

// Release gives back what belongs to a connection.
func (x *Store) Release(h *Head) {
	x.logs.Release(&h.log)
	x.windows.Release(h.stalls)
	if c := x.counters.Find(h.counters); c != nil {
		x.releaseViews(c)
		x.shut.Release(c.shut)
		x.holes.Release(c.ends[0].holes)
		x.holes.Release(c.ends[1].holes)
		x.counters.Release(h.counters)
	}
	x.payload.Release(h.payload)
}

// Waiting returns what the next incarnation is to know of an ended connection; ok is
// false where no end of it was in TIME-WAIT. A reset that came after the close took
// TIME-WAIT away (RFC 1337).
func (x *Store) Waiting(h *Head, stream uint32) (p Prior, ok bool) {
	if h.Ended != EndClosed || x.Reset(h) {
		return Prior{}, false
	}
	first, second := fins(x.logs.Of(&h.log))
	if second == nil {
		return Prior{}, false
	}
	p = Prior{Stream: stream, Since: second.time, Frame: second.number()}
	p.Waiting[first.side()] = true // by side until Conn.Prior
	// FINs that crossed leave both ends in TIME-WAIT (RFC 9293 §3.6, Figure 13).
	p.Waiting[second.side()] = !second.flags.Has(segment.ACK) || second.ackPos() < first.pos()+seqnum.Offset(first.length())+1
	return p, true
}

// fins returns the first captured FIN of each side, the earlier one first; nil
// where there is none.
func fins(log []entry) (first, second *entry) {
	for i := range log {
		g := &log[i]
		switch {
		case !g.flags.Has(segment.FIN):
		case first == nil:
			first = g
		case g.side() != first.side():
			return first, g
		}
	}
	return first, nil
}
