package conn

import (
	"finwait/reassembly/frame"
	"finwait/reassembly/internal/slab"
	"finwait/reassembly/segment"
	"finwait/reassembly/seqnum"
)

// Head is a connection as it stands in a table: what fits into a row, without
// pointers. The rest of it lies in a Store. Store.Open makes one.
type Head struct {
	Addr         [2]segment.Endpoint // by side: side 0 has the smaller address and port
	Path         segment.Path        // of the first segment
	Is4          bool                // carried in IPv4
	Ended        End                 // if it did: stray segments still belong to it
	Completeness uint8               // tcp.completeness
	Reopened     bool                // goes on with a stream of which another record was made
	Multipath    uint8               // whose SYN speaks Multipath TCP: a bit for each side
	OutOfRoom    bool                // that other record was made early, for want of room
	Horizon

	log      slab.Run // in Store.logs
	counters uint32   // index into Store.counters; 0 while each segment was the one expected
	payload  uint32   // in Store.payload, or 0
	stalls   uint32   // index into Store.windows, or 0
	course
}

// bothSides are the bits of both sides.
const bothSides = 3

// Multipath reports whether both ends speak Multipath TCP (RFC 8684), in which a close shows
// in options before it shows as a FIN.
func (c *Conn) Multipath() bool { return c.from.head.Multipath == bothSides }

// Horizon is how far a connection was observed.
type Horizon struct {
	Until      frame.Time // when observation of it ended; valid iff Bounded
	EndedAt    frame.Time // time of the segment after which it ended; valid iff it did
	Bounded    bool       // observation ended before the capture did
	Superseded bool       // the next incarnation began
	Early      bool       // handed out before it was final, for want of room
}

// Supersede takes in that the next incarnation began.
func (h *Horizon) Supersede(at frame.Time) {
	h.Superseded = true
	if !h.Bounded {
		h.Bound(at)
	}
}

// Bound takes in that observation ended at a time.
func (h *Horizon) Bound(at frame.Time) { h.Until, h.Bounded = at, true }

// Limit takes in that observation ended no later than at, where now is how far the
// capture has been read.
func (h *Horizon) Limit(at, now frame.Time) {
	if h.Bounded {
		h.Until = min(h.Until, at)
	} else if at < now {
		h.Bound(at)
	}
}

// A connection is orderly while each segment is the next that its sender had to
// send: SYN, SYN,ACK, then nothing but what continues its sender's sequence space
// and acknowledges no more than was captured, with an open window. It is what
// TCP's header prediction (V. Jacobson, 1990) expects, told from the outside. In
// such a connection nothing is retransmitted, lost, doubled or probed, so that its
// log is all there is to say of it; most connections never are anything else. One
// whose segments are not all as expected, but carry neither payload nor FIN, needs no
// counters either. To log a segment takes a third of the time that it takes to
// count it.

// course is how far both ends of an orderly connection have come.
type course struct {
	isn       [2]seqnum.Value // SEG.SEQ of their SYN
	next, una [2]seqnum.Value // SND.NXT and SND.UNA (RFC 9293 §3.3.1); valid iff they sent their SYN
	scale     [2]int8         // window scale shift that their latest SYN offered, or -1
	syn, fin  [2]bool         // who sent its SYN, and its FIN
	odd       bool            // not all was as expected
}

// maxOrderly is how many segments a log has at most before they are counted: as many
// as fit into it before some are forgotten.
const maxOrderly = thinRoom

// maxOrderlyPayload bounds the payload of an expected segment, on the wire.
const maxOrderlyPayload = 1 << 16

// fits reports whether the log is enough to say all of a segment, and whether the
// connection stays orderly by it.
func (h *Head) fits(s *segment.Segment, side uint8) (fits, orderly bool) {
	if h.Ended != EndNone || h.log.N == maxOrderly || s.Options.SACKs > 0 || s.Flags.Has(segment.RST) ||
		s.NoLen || s.BadOffset || s.Options.Cut || !sameLabels(&s.Path, &h.Path) {
		return false, false
	}
	if !h.odd && h.expects(s, side) {
		return true, true
	}
	closing := h.fin[0] || h.fin[1] || s.Flags.Has(segment.FIN)
	return h.payload == 0 && s.PayloadLen == 0 && !closing, false
}

// expects reports whether s, no RST, keeps an orderly connection orderly. It is all
// that knows TCP beside what counts segments.
func (h *Head) expects(s *segment.Segment, side uint8) bool {
	peer := 1 - side
	if s.Flags.Has(segment.SYN) {
		if h.syn[side] || s.PayloadLen > 0 || s.Flags.Has(segment.FIN) {
			return false
		}
		if s.Flags.Has(segment.ACK) {
			return h.syn[peer] && h.log.N == 1 && s.Ack == h.next[peer]
		}
		return h.log.N == 0
	}
	if !h.syn[side] || !h.syn[peer] || !s.Flags.Has(segment.ACK) || s.Seq != h.next[side] || s.Window == 0 ||
		s.Ack-h.una[peer] > h.next[peer]-h.una[peer] {
		return false
	}
	if s.PayloadLen == 0 && !s.Flags.Has(segment.FIN) {
		return s.Ack != h.una[peer] // else it is a window update, a duplicate acknowledgment or a copy
	}
	return !h.fin[side] && s.PayloadLen <= maxOrderlyPayload
}

// advance takes in an expected segment.
func (h *Head) advance(s *segment.Segment, side uint8) {
	if s.Flags.Has(segment.SYN) {
		h.isn[side], h.next[side], h.una[side], h.syn[side] = s.Seq, s.Seq, s.Seq, true
	}
	h.next[side] += seqnum.Value(s.Len())
	if s.Flags.Has(segment.ACK) {
		h.una[1-side] = s.Ack
	}
	if s.Flags.Has(segment.FIN) {
		h.fin[side] = true
	}
}

// closed says whether both FINs of an orderly connection were acknowledged.
func (h *Head) closed() bool { return h.fin[0] && h.fin[1] && h.una == h.next }

// entry makes g the entry of a segment that fits. Its positions are offsets from the
// initial sequence numbers, where those are known.
func (h *Head) entry(g *entry, f frame.Frame, s *segment.Segment, side uint8) {
	packed := s.PayloadLen | highBits(int64(f.Number)) | uint32(side)<<bitsShift
	if s.Options.HasTimestamps {
		packed |= packedTS
	}
	if len(s.Payload) == int(s.PayloadLen) {
		packed |= packedWhole
	}
	ack := s.Ack
	if s.Flags.Has(segment.ACK) {
		ack -= h.isn[1-side]
	}
	*g = entry{
		time: f.Time, frame: uint32(f.Number), seq: uint32(s.Seq - h.isn[side]), ack: uint32(ack),
		tsVal: s.Options.TSVal, tsEcr: s.Options.TSEcr, packed: packed,
		window: s.Window, id: s.IPID, flags: s.Flags, ttl: s.TTL,
	}
	if s.Flags.Has(segment.SYN) {
		h.scale[side] = offered(&s.Options)
	}
}

// packedWhole says, in the log of a connection without counters, where there are no
// duplicates, that all payload of the segment was captured.
const packedWhole = packedDuplicate

// zeroPayload stands for payload of which no more than the length is asked.
var zeroPayload [maxOrderlyPayload]byte

// offered returns the window scale shift that the options of a SYN offer, or -1.
func offered(o *segment.Options) int8 {
	if !o.HasScale {
		return -1
	}
	return int8(min(o.Scale, 14))
}

// restore makes s the segment of an entry that was logged without counters, as far as
// counting looks at it, and returns its frame and side. All else of s must be zero.
func (h *Head) restore(g *entry, s *segment.Segment) (f frame.Frame, side uint8) {
	side = g.side()
	s.Seq, s.Ack = h.isn[side]+seqnum.Value(g.seq), seqnum.Value(g.ack)
	if g.flags.Has(segment.ACK) {
		s.Ack += h.isn[1-side]
	}
	s.Flags, s.Window, s.TTL, s.IPID, s.PayloadLen = g.flags, g.window, g.ttl, g.id, g.length()
	if s.Payload = nil; g.packed&packedWhole != 0 {
		s.Payload = zeroPayload[:g.length()]
	}
	o := &s.Options
	o.HasTimestamps, o.TSVal, o.TSEcr = g.packed&packedTS != 0, g.tsVal, g.tsEcr
	if o.HasScale = g.flags.Has(segment.SYN) && h.scale[side] >= 0; o.HasScale {
		o.Scale = uint8(h.scale[side])
	}
	return frame.Frame{Number: int(g.number()), Time: g.time}, side
}

// count fills c and marks in from the log of an orderly connection, as far as a Conn
// is derived of them. Where every segment was the one expected there is little to
// count: this takes a fifth of the time of a replay, and a replay gives the same.
func (h *Head) count(c *counters, log []entry, marks []Mark) {
	for i := range log {
		g, m := &log[i], &marks[i]
		g.mark(m)
		if m.Bits &= HasTS; !m.Has(segment.ACK) {
			m.Ack = 0
		}
		e, peer := &c.ends[m.Side], &c.ends[1-m.Side]
		e.packets++
		if m.Has(segment.ACK) {
			peer.sndUna = m.Ack
		}
		if m.Len > 0 {
			e.dataSegments++
		}
		if i > 0 && log[i-1].time.Sub(m.Time) > clockStep {
			c.seen |= sawClockStep
		}
		e.sndNxt = m.End()
		switch {
		case m.Has(segment.SYN):
			e.base, e.synced, e.hasSYN = h.isn[m.Side], true, true
			e.synAnswer = m.Has(segment.ACK)
			e.sndNxt++
		case m.Has(segment.FIN):
			m.Bits |= FirstFIN
			c.close(m.Side, e.sndNxt)
			e.sndNxt++
		}
	}
}
