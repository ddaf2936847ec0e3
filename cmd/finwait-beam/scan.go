package main

import (
	"context"
	"math"

	"finwait/analyzer/driver"
	"finwait/reassembly"
	"finwait/reassembly/frame"
	"finwait/reassembly/segment"
)

// A Unit is captures that overlap in time, which one worker merges, or one capture that
// overlaps with none. Frames are counted within it until the plan says what comes before.
type Unit struct {
	Files  []int // by index among the captures as named, in that order
	Base   int   // frames before it
	Now    int64 // the latest time before it; valid iff HasNow
	HasNow bool
}

// UnitFacts are what a scan says of a unit, beside what it says of its captures.
type UnitFacts struct {
	Unit     Unit
	Frames   int
	Now      int64 // the latest time in it; valid iff HasNow
	HasNow   bool
	Plain    int64 // how late it was at the first segment without SYN, FIN and RST; valid iff HasPlain
	HasPlain bool
	Silences []byte // see silences
}

// FileFacts are what a scan says of a capture.
type FileFacts struct {
	Index      int
	Scan       driver.FileScan
	Problems   []Problem
	First, Max int64 // the time of the first record, and the latest of any; valid iff Records
	Records    bool
}

// scanned is the outcome of a scan.
type scanned struct {
	unit  UnitFacts
	files []FileFacts
	keys  map[tuple]*keyLog
}

// scan reads the captures of a unit: names are theirs, by index.
func scan(ctx context.Context, s *Settings, u Unit, names []string) (*scanned, error) {
	out := &scanned{unit: UnitFacts{Unit: u}, files: make([]FileFacts, len(u.Files)), keys: map[tuple]*keyLog{}}
	var problems []Problem
	o := s.options()
	o.Open = opener(ctx, names...)
	o.Problem = func(err error) { problems = append(problems, problemOf(err)) }
	quiet := newSilences()
	list := driver.Scan(ctx, names, o, func(p *driver.Scanned) {
		out.see(p)
		quiet.see(p, u.Files[p.File])
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range list {
		out.files[i].Index, out.files[i].Scan = u.Files[i], list[i]
	}
	out.files[0].Problems = problems
	out.unit.Silences = quiet.finish()
	return out, nil
}

// see takes in a packet.
func (o *scanned) see(p *driver.Scanned) {
	f, u, at := &o.files[p.File], &o.unit, int64(p.Frame.Time)
	u.Frames = p.Frame.Number
	if !f.Records {
		f.First, f.Max, f.Records = at, at, true
	}
	f.Max = max(f.Max, at)
	if p.Skip == segment.NotPacket {
		return
	}
	if !u.HasNow || at > u.Now {
		u.Now, u.HasNow = at, true
	}
	if p.Skip != segment.Decoded && p.Skip != segment.ICMPError {
		return
	}
	if s := p.Segment; p.Skip == segment.Decoded && !u.HasPlain && !s.Flags.Any(segment.SYN|segment.FIN|segment.RST) {
		u.Plain, u.HasPlain = u.Now, true
	}
	key, greater := tupleOf(p.Segment)
	log := o.keys[key]
	if log == nil {
		log = new(keyLog)
		o.keys[key] = log
	}
	log.see(p, greater)
}

// keyLog is what the numbers of streams on a 4-tuple depend on: its SYNs, and what told
// the first sequence numbers. It is a list of Packets without payload; empty where it holds
// nothing that matters, though the 4-tuple was seen.
type keyLog struct {
	encoder
	based uint8 // bit 0 and 1: the initial sequence number of that side is known
}

func (l *keyLog) see(p *driver.Scanned, greater bool) {
	s := p.Segment
	quote := p.Skip == segment.ICMPError
	if quote && !s.ICMP.Header || l.based == 3 && !s.Flags.Has(segment.SYN) {
		return
	}
	l.add(&Packet{Frame: p.Frame, Now: p.Frame.Time, Quote: quote, Segment: segment.Segment{
		Seq: s.Seq, Ack: s.Ack, Flags: s.Flags, BadOffset: s.BadOffset, ShortOffset: s.ShortOffset, ICMP: s.ICMP,
	}}, greater)
	if quote || s.BadOffset && !s.ShortOffset {
		return
	}
	mine, its := uint8(1), uint8(2)
	if greater {
		mine, its = its, mine
	}
	l.based |= mine
	if s.Flags.Has(segment.ACK) {
		l.based |= its
	}
}

// silences keeps of a unit what says whether its silences, or that before it, were gaps of
// the capture: the segments before each and those right after.
type silences struct {
	out   encoder
	ring  []Packet // the latest, which are dropped but before a silence
	now   frame.Time
	begun bool
	until frame.Time // until then everything is kept
	left  int        // but no more than so many
}

const (
	silenceRing  = 256
	silenceAfter = 512
	silenceFor   = frame.Time(6e9)
)

func newSilences() *silences { return &silences{left: silenceAfter} }

// see takes in a packet of a capture.
func (q *silences) see(p *driver.Scanned, file int) {
	at := p.Frame.Time
	if p.Skip == segment.NotPacket {
		return
	}
	if !q.begun || at.Sub(q.now) >= reassembly.ShortestGap {
		q.flush()
		q.put(&Packet{Frame: p.Frame, Now: at, File: file, Opens: true, Stream: math.MaxUint32}, nil)
		q.until, q.left = at+silenceFor, silenceAfter
	}
	q.now, q.begun = max(q.now, at), true
	if p.Skip != segment.Decoded {
		return
	}
	s := p.Segment
	one := Packet{Frame: p.Frame, Now: q.now, File: file, Segment: segment.Segment{
		Src: s.Src, Dst: s.Dst, Is4: s.Is4, Seq: s.Seq, Ack: s.Ack, Flags: s.Flags, Window: s.Window, Options: s.Options,
	}}
	if q.now <= q.until && q.left > 0 {
		q.left--
		q.put(&one, s)
		return
	}
	if s.Flags.Any(segment.FIN | segment.RST) {
		return
	}
	if len(q.ring) == silenceRing {
		copy(q.ring, q.ring[1:])
		q.ring = q.ring[:silenceRing-1]
	}
	q.ring = append(q.ring, one)
}

// put appends a packet: its 4-tuple as payload, and as Quote that the greater end sent it.
func (q *silences) put(p *Packet, s *segment.Segment) {
	if s != nil {
		t, greater := tupleOf(s)
		p.Segment.Payload, p.Quote = t.key(), greater
	}
	q.out.add(p, false)
}

// flush puts what the ring holds.
func (q *silences) flush() {
	for i := range q.ring {
		q.put(&q.ring[i], &q.ring[i].Segment)
	}
	q.ring = q.ring[:0]
}

func (q *silences) finish() []byte {
	q.flush()
	return q.out.B
}

// silence is one that was a gap.
type silence struct {
	file, frame int
	gap         reassembly.Gap
}

// findGaps replays what the units kept of their silences, in order.
func findGaps(units []UnitFacts) (found []silence, err error) {
	var paused Packet
	k := reassembly.NewTracker(reassembly.Config{OnGap: func(g reassembly.Gap) {
		if paused.Frame.Time == g.To {
			found = append(found, silence{paused.File, paused.Frame.Number, g})
		}
	}}, nobody)
	seen := 0
	for i := range units {
		u := &units[i]
		if len(u.Silences) == 0 {
			continue
		}
		d, err := newDecoder(u.Silences, tuple{})
		if err != nil {
			return nil, err
		}
		for {
			p, ok, err := d.next()
			if err != nil {
				return nil, err
			}
			if !ok {
				break
			}
			one := *p
			one.Frame.Number += u.Unit.Base
			seen++
			if p.Opens { // a silence, or the first packet of the unit
				if now, begun := k.Now(); begun && one.Now.Sub(now) >= reassembly.ShortestGap {
					paused = one
				}
				k.Advance(one.Now)
				continue
			}
			if err := replay(k, &one, seen); err != nil {
				return nil, err
			}
		}
		creep(k, frame.Time(u.Now))
	}
	k.Flush()
	return found, nil
}

// replay gives a segment to k, as the frame of that number, at the time at which it was seen.
func replay(k *reassembly.Tracker, p *Packet, number int) error {
	key, err := parseTuple(p.Segment.Payload)
	if err != nil {
		return err
	}
	s := p.Segment
	s.Src, s.Dst, s.Is4, s.Payload = key.ends[0], key.ends[1], key.is4, nil
	if p.Quote {
		s.Src, s.Dst = s.Dst, s.Src
	}
	creep(k, p.Now)
	k.Add(frame.Frame{Number: number, Time: p.Frame.Time}, &s)
	return nil
}

// creep advances k to a time in steps that are no silences: what was between was dropped.
func creep(k *reassembly.Tracker, to frame.Time) {
	const step = frame.Time(9e9)
	for now, begun := k.Now(); begun && to-now > step; now, _ = k.Now() {
		k.Advance(now + step)
	}
	k.Advance(to)
}
